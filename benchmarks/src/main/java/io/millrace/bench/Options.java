package io.millrace.bench;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/**
 * What the command line asks for.
 *
 * @param only the parts to measure, all where empty
 * @param loop how long each closed loop runs
 * @param warmUp how long jobs run before a comparison with bare python3
 * @param runs how many jobs each sequential comparison has on either side
 * @param burst how many jobs the burst and the batch have
 * @param url another endpoint to measure, none for an installation of one's own
 */
public record Options(
    List<String> only,
    Duration loop,
    Duration warmUp,
    int runs,
    int burst,
    Optional<URI> url,
    List<String> headers,
    String body,
    Path launcher,
    Path page) {

  @Command(
      name = "./millrace bench",
      description = "Measures a Millrace of its own beside bare python3.\n",
      sortOptions = false)
  private static final class Words {

    @Option(
        names = "--only",
        paramLabel = "PART",
        description =
            "sequential, rate, imports, jobs, idle, cold, burst, batch, small-queue, saturation,"
                + " fairness, crowd, queue-length, workers, network, packages, costs or hops; may be"
                + " given again (all)")
    private final List<String> only = new ArrayList<>();

    @Option(
        names = "--seconds",
        paramLabel = "N",
        description = "how long each closed loop runs (10)")
    private int seconds = 10;

    @Option(
        names = "--warm-up",
        paramLabel = "N",
        description = "seconds of jobs before a comparison with bare python3 (90)")
    private int warmUp = 90;

    @Option(
        names = "--runs",
        paramLabel = "N",
        description = "jobs on either side of a sequential comparison (400)")
    private int runs = 400;

    @Option(
        names = "--burst",
        paramLabel = "N",
        description = "jobs of the burst and of the batch (10000)")
    private int burst = 10_000;

    @Option(
        names = "--url",
        paramLabel = "URL",
        description =
            "measure this endpoint instead of an installation of its own; the parts from"
                + " small-queue on are left out then")
    private @Nullable URI url;

    @Option(
        names = "--header",
        paramLabel = "LINE",
        description = "a header for it, as 'x-api-key: KEY'; may be given again")
    private final List<String> headers = new ArrayList<>();

    @Option(
        names = "--body",
        paramLabel = "TEMPLATE",
        description =
            "its body, with ${code} where the code goes as a JSON string ("
                + Installation.BODY
                + ")")
    private String body = Installation.BODY;

    @Option(
        names = "--page",
        paramLabel = "FILE",
        description = "the page to write (docs/benchmarks.md)")
    private Path page = Path.of("docs/benchmarks.md");

    @Option(
        names = "--launcher",
        paramLabel = "FILE",
        description = "the launcher to start installations with (./millrace)")
    private Path launcher = Path.of("millrace");
  }

  /** What {@code --help} says. */
  public static String usage() {
    return commandLine(new Words()).getUsageMessage(Ansi.OFF);
  }

  /** Reads the arguments; throws {@link IllegalArgumentException} with a sentence for people. */
  public static Options parse(String... arguments) {
    Words words = new Words();
    try {
      commandLine(words).parseArgs(arguments);
    } catch (ParameterException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
    return new Options(
        List.copyOf(words.only),
        Duration.ofSeconds(positive("--seconds", words.seconds)),
        Duration.ofSeconds(positive("--warm-up", words.warmUp)),
        positive("--runs", words.runs),
        positive("--burst", words.burst),
        Optional.ofNullable(words.url),
        List.copyOf(words.headers),
        words.body,
        words.launcher.toAbsolutePath(),
        words.page);
  }

  /**
   * The ${code} of a body is ours to fill in, and an @ no file of arguments; the last one counts.
   */
  private static CommandLine commandLine(Words words) {
    return new CommandLine(words)
        .setInterpolateVariables(false)
        .setExpandAtFiles(false)
        .setOverwrittenOptionsAllowed(true);
  }

  private static int positive(String option, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(option + " needs a whole number above 0, not " + value);
    }
    return value;
  }
}
