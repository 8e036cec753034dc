package io.millrace.files;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Keeps files for their owners. Thread-safe; any number of processes may share one store.
 *
 * <p>A file is there whole or not at all, whichever process dies while it is written. All calls
 * throw {@link FileStoreException} when the store fails.
 */
public interface FileStore extends AutoCloseable {

  /** Some of an owner's files, and where to go on: null at the end. */
  record Page(List<StoredFile> files, @Nullable String next) {}

  /**
   * Keeps all that {@code content} still holds, which is read to its end and not closed.
   *
   * @param name at most 255 bytes in UTF-8
   * @param maxBytes a longer content is not kept
   * @throws IOException when {@code content} cannot be read; nothing of it is kept then
   */
  Upload put(String owner, String name, String mediaType, InputStream content, long maxBytes)
      throws IOException;

  /** Empty for an id that this owner does not have, whoever else has it. */
  Optional<StoredFile> find(String owner, String fileId);

  /**
   * The bytes {@code from} (counted from 0) up to {@code from + length}, which must lie in the
   * file; the caller closes the stream. Empty when the file is gone.
   */
  Optional<InputStream> read(String owner, String fileId, long from, long length);

  /** Says whether there was such a file. */
  boolean delete(String owner, String fileId);

  /**
   * An owner's files, newest first.
   *
   * @param after the {@code next} of the page before; null for the first page
   * @param limit 1 to 1,000
   */
  Page list(String owner, @Nullable String after, int limit);

  /**
   * Bytes of all that an owner has, as far as it is known: what just comes or goes may be in it.
   */
  long used(String owner);

  /** Says that a file was used just now. Nothing happens when it is gone. */
  void renew(String owner, String fileId);

  /**
   * Deletes the files that were last used before a moment, and what uploads have left that were cut
   * before that moment. Any number of processes may sweep at once, while files come and go.
   *
   * @param needed asked for each file that would go, just before it does: true keeps it
   * @return how many files were deleted
   */
  long sweep(Instant unusedSince, Predicate<String> needed);

  @Override
  void close();
}
