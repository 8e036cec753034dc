package io.millrace.bench;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the command line asks for.
 *
 * @param only the parts to measure, all where empty
 * @param loop how long each closed loop runs
 * @param warmUp how long jobs run before a comparison with bare python3
 * @param runs how many jobs each sequential comparison has on either side
 * @param burst how many jobs the burst has
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

  /** What {@code --help} says. */
  public static final String USAGE =
      """
      Usage: ./millrace bench [OPTION VALUE]...

        --only PART        sequential, rate, imports, idle, burst, small-queue, saturation,
                           fairness, crowd, queue-length or workers; may be given
                           again (default: all)
        --seconds N        how long each closed loop runs (10)
        --warm-up N        seconds of jobs before a comparison with bare python3 (90)
        --runs N           jobs on either side of a sequential comparison (400)
        --burst N          jobs of the burst (10000)
        --url URL          measure this endpoint instead of an installation of its own;
                           the parts from small-queue on are left out then
        --header LINE      a header for it, as 'x-api-key: KEY'; may be given again
        --body TEMPLATE    its body, with ${code} where the code goes as a JSON string
                           ({"code": ${code}, "timeout": 120})
        --page FILE        the page to write (docs/benchmarks.md)
        --launcher FILE    the launcher to start installations with (./millrace)
      """;

  /** Reads the arguments; throws {@link IllegalArgumentException} with a sentence for people. */
  public static Options parse(String... arguments) {
    List<String> only = new ArrayList<>();
    List<String> headers = new ArrayList<>();
    int seconds = 10;
    int warmUp = 90;
    int runs = 400;
    int burst = 10_000;
    @Nullable URI url = null;
    String body = Installation.BODY;
    Path launcher = Path.of("millrace");
    Path page = Path.of("docs/benchmarks.md");
    for (int i = 0; i < arguments.length; i += 2) {
      if (i + 1 == arguments.length) {
        throw new IllegalArgumentException(arguments[i] + " needs a value");
      }
      String value = arguments[i + 1];
      switch (arguments[i]) {
        case "--only" -> only.add(value);
        case "--seconds" -> seconds = positive(arguments[i], value);
        case "--warm-up" -> warmUp = positive(arguments[i], value);
        case "--runs" -> runs = positive(arguments[i], value);
        case "--burst" -> burst = positive(arguments[i], value);
        case "--url" -> url = URI.create(value);
        case "--header" -> headers.add(value);
        case "--body" -> body = value;
        case "--page" -> page = Path.of(value);
        case "--launcher" -> launcher = Path.of(value);
        default -> throw new IllegalArgumentException("there is no option " + arguments[i]);
      }
    }
    return new Options(
        List.copyOf(only),
        Duration.ofSeconds(seconds),
        Duration.ofSeconds(warmUp),
        runs,
        burst,
        Optional.ofNullable(url),
        List.copyOf(headers),
        body,
        launcher.toAbsolutePath(),
        page);
  }

  private static int positive(String option, String value) {
    if (!value.matches("[1-9]\\d{0,8}")) {
      throw new IllegalArgumentException(option + " needs a whole number above 0, not " + value);
    }
    return Integer.parseInt(value);
  }
}
