package io.millrace.e2e.drive;

import io.millrace.e2e.history.Event;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which runs began, by the workers' own word: a worker writes a line just before it hands a program
 * to its sandbox. A sandbox has no file and no network in common with the test, so the program
 * cannot leave a trace itself; what it can do, it does: its result names it.
 */
public final class StartLog {

  private static final Pattern LINE =
      Pattern.compile("^(\\S+) .* Job ([0-9a-f-]{36}) starts here as attempt (\\d+)$");

  private StartLog() {}

  /** Every start in a worker's log. */
  public static List<Event.Started> read(String worker, Path log) {
    try (var lines = Files.lines(log)) {
      return lines.map(line -> parse(worker, line)).flatMap(Optional::stream).toList();
    } catch (IOException e) {
      throw new UncheckedIOException("the log of " + worker + " cannot be read", e);
    }
  }

  static Optional<Event.Started> parse(String worker, String line) {
    Matcher start = LINE.matcher(line);
    return start.matches()
        ? Optional.of(
            new Event.Started(
                OffsetDateTime.parse(start.group(1)).toInstant().toEpochMilli(),
                start.group(2),
                Integer.parseInt(start.group(3)),
                worker))
        : Optional.empty();
  }
}
