package io.millrace.e2e;

import io.millrace.e2e.rows.Row;
import io.millrace.e2e.rows.Rows;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The words after {@code ./millrace chaos}. */
record ChaosOptions(int minutes, long seed, List<Row> rows, Path folder) {

  private static final int MOST_MINUTES = 24 * 60;

  @Command(
      name = "./millrace chaos",
      description = "Breaks a Millrace of its own, and counts what became of every job.%n",
      sortOptions = false)
  private static final class Words {

    @Option(
        names = "--minutes",
        paramLabel = "N",
        description = "a random fault a minute, for N minutes (${DEFAULT-VALUE})")
    private int minutes = 5;

    @Option(
        names = "--seed",
        paramLabel = "S",
        description = "the same faults for the same seed (a random one)",
        showDefaultValue = CommandLine.Help.Visibility.NEVER)
    private long seed = ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE);

    @Option(
        names = "--row",
        paramLabel = "ID",
        description =
            "this row of the fault matrix instead; may be given again, 'all' is every one")
    private final List<String> rows = new ArrayList<>();

    @Option(
        names = "--folder",
        paramLabel = "DIR",
        description = "where logs and histories go (${DEFAULT-VALUE})")
    private Path folder = Path.of("target", "chaos");
  }

  /** What {@code --help} says. */
  static String usage() {
    return new CommandLine(new Words()).getUsageMessage(Ansi.OFF);
  }

  /**
   * @throws IllegalArgumentException for words that make no sense
   */
  static ChaosOptions parse(List<String> arguments) {
    Words words = new Words();
    try {
      new CommandLine(words)
          .setOverwrittenOptionsAllowed(true)
          .parseArgs(arguments.toArray(String[]::new));
    } catch (ParameterException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
    if (words.minutes < 1 || words.minutes > MOST_MINUTES) {
      throw new IllegalArgumentException(
          "--minutes must be a number from 1 to %d, but is %d"
              .formatted(MOST_MINUTES, words.minutes));
    }
    List<Row> rows = words.rows.stream().flatMap(ChaosOptions::rows).toList();
    return new ChaosOptions(words.minutes, words.seed, rows, words.folder.toAbsolutePath());
  }

  private static Stream<Row> rows(String name) {
    return name.equals("all") ? Rows.all().stream() : Stream.of(Rows.named(name));
  }
}
