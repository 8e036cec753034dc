package io.millrace.standalone;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The end of what a role printed and logged, without the frames of stack traces. */
final class LastWords {
  private static final Pattern FRAME = Pattern.compile("^\\s+(at \\S+\\(|\\.\\.\\. \\d+ )");
  private static final int LINES = 25;
  private static final int BYTES = 64 * 1024;

  private LastWords() {}

  static List<String> of(Role role) throws IOException {
    List<String> all =
        Stream.concat(lines(role.log()), lines(role.output()))
            .filter(line -> !line.isBlank() && !FRAME.matcher(line).find())
            .toList();
    return all.subList(Math.max(0, all.size() - LINES), all.size());
  }

  private static Stream<String> lines(Path file) throws IOException {
    if (!Files.exists(file)) {
      return Stream.empty();
    }
    try (var in = Files.newInputStream(file)) {
      in.skipNBytes(Math.max(0, Files.size(file) - BYTES));
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines();
    }
  }
}
