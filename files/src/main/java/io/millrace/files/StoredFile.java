package io.millrace.files;

import java.time.Instant;

/**
 * What is known of a file in a store. It never changes, but for {@code usedAt}.
 *
 * @param fileId names it below its owner, see {@link FileId}
 * @param name as the one who made it called it; no path
 * @param size in bytes
 * @param sha256 of its bytes, in lower-case hexadecimal
 * @param mediaType as it was declared, never derived from the bytes
 * @param createdAt when it was begun, to the millisecond
 * @param usedAt when it was made, or last {@link FileStore#renew renewed}
 */
public record StoredFile(
    String fileId,
    String name,
    long size,
    String sha256,
    String mediaType,
    Instant createdAt,
    Instant usedAt) {

  /** Whether a text may name a file: 43 hexadecimal digits. No store has one of another name. */
  public static boolean isId(String text) {
    return FileId.isOne(text);
  }
}
