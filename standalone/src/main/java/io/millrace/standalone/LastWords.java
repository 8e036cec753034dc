package io.millrace.standalone;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Why a role's start failed, in its own words: the sentence that it printed, else the end of what
 * it printed and logged since that start, without the frames of stack traces.
 */
final class LastWords {
  /** A role that cannot start says why on a line that begins so. */
  static final String SENTENCE = "millrace: ";

  private static final Pattern FRAME = Pattern.compile("^\\s+(at \\S+\\(|\\.\\.\\. \\d+ )");
  private static final int LINES = 10;
  private static final int BYTES = 64 * 1024;

  private LastWords() {}

  /**
   * @param logged how long its log was when it was started
   */
  static String of(Role role, long logged) throws IOException {
    List<String> printed = lines(role.output(), 0);
    List<String> sentences =
        printed.stream()
            .filter(line -> line.startsWith(SENTENCE))
            .map(line -> line.substring(SENTENCE.length()))
            .toList();
    if (!sentences.isEmpty()) {
      return String.join(" ", sentences);
    }
    List<String> all =
        Stream.concat(lines(role.log(), logged).stream(), printed.stream())
            .filter(line -> !line.isBlank() && !FRAME.matcher(line).find())
            .toList();
    List<String> last = all.subList(Math.max(0, all.size() - LINES), all.size());
    return last.isEmpty()
        ? "it said nothing"
        : "the last it said:\n  " + String.join("\n  ", last) + "\nAll of it is in " + role.log();
  }

  private static List<String> lines(Path file, long from) throws IOException {
    if (!Files.exists(file)) {
      return List.of();
    }
    long size = Files.size(file);
    // Shorter than it was: it has been begun anew since.
    long first = size < from ? 0 : from;
    try (var in = Files.newInputStream(file)) {
      in.skipNBytes(Math.max(first, size - BYTES));
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }
}
