package io.millrace.job;

import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * Which path may name a file of a job's, coming or going: relative, its parts neither empty, {@code
 * .}, {@code ..} nor over 255 bytes, without NUL and lone surrogates, 4,000 bytes at most. The
 * sandbox's {@code file_paths.py} has the same rule.
 */
public final class FilePath {

  private static final int MOST_BYTES = 4000;
  private static final int MOST_PART_BYTES = 255;
  private static final Set<String> NO_PARTS = Set.of("", ".", "..");

  private FilePath() {}

  /** What is wrong with it, as the rest of a sentence about it; empty where it may be. */
  public static String flaw(String path) {
    if (path.indexOf('\0') >= 0) {
      return "holds a NUL character";
    }
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(path)) {
      return "holds a lone surrogate, which is no character";
    }
    if (bytes(path) > MOST_BYTES) {
      return "has over " + MOST_BYTES + " bytes";
    }
    for (String part : path.split("/", -1)) {
      if (NO_PARTS.contains(part)) {
        return "must be relative, without empty parts, '.' and '..'";
      }
      if (bytes(part) > MOST_PART_BYTES) {
        return "has a part of over " + MOST_PART_BYTES + " bytes";
      }
    }
    return "";
  }

  /** Throws {@link IllegalArgumentException}, which says why, where it may not be. */
  public static void check(String path) {
    String flaw = flaw(path);
    if (!flaw.isEmpty()) {
      throw new IllegalArgumentException("a file's path " + flaw);
    }
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
