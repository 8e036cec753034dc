package io.millrace.worker.sandbox;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Which path may name a file of a job's: relative, its parts neither empty, {@code .}, {@code ..}
 * nor over 255 bytes, without NUL and lone surrogates, 4,000 bytes at most. As {@code
 * file_paths.py} has it.
 */
final class FilePath {

  private static final int MOST_BYTES = 4000;
  private static final int MOST_PART_BYTES = 255;
  private static final List<String> NO_NAMES = List.of("", ".", "..");

  private FilePath() {}

  /** Throws {@link IllegalArgumentException}, which says why, where it may not. */
  static void check(String path) {
    if (path.indexOf('\0') >= 0 || !StandardCharsets.UTF_8.newEncoder().canEncode(path)) {
      throw new IllegalArgumentException("a file's path has a NUL or a lone surrogate");
    }
    if (bytes(path) > MOST_BYTES) {
      throw new IllegalArgumentException("a file's path is over " + MOST_BYTES + " bytes");
    }
    for (String part : path.split("/", -1)) {
      if (NO_NAMES.contains(part)) {
        throw new IllegalArgumentException("a file's path has an empty part, or '.' or '..'");
      }
      if (bytes(part) > MOST_PART_BYTES) {
        throw new IllegalArgumentException(
            "a file's path has a part over " + MOST_PART_BYTES + " bytes");
      }
    }
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
