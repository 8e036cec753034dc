package io.millrace.e2e;

import io.millrace.e2e.rows.Row;
import io.millrace.e2e.rows.Trials;
import io.millrace.e2e.soak.Soak;
import io.millrace.e2e.soak.Summary;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * {@code ./millrace chaos}: a soak with a random fault a minute, or rows of the fault matrix by
 * name. Exits with 0 when every promise held, 1 when one was broken, 2 when the words make no
 * sense.
 */
public final class Chaos {

  private Chaos() {}

  public static void main(String[] arguments) throws Exception {
    if (List.of("--help", "-h").containsAll(List.of(arguments)) && arguments.length > 0) {
      System.out.print(ChaosOptions.usage());
      return;
    }
    ChaosOptions options;
    try {
      options = ChaosOptions.parse(List.of(arguments));
    } catch (IllegalArgumentException e) {
      System.err.println("millrace chaos: " + e.getMessage());
      System.err.println(ChaosOptions.usage());
      System.exit(2);
      return;
    }
    boolean held = options.rows().isEmpty() ? soak(options) : rows(options);
    System.exit(held ? 0 : 1);
  }

  private static boolean soak(ChaosOptions options) throws Exception {
    System.out.printf("%d minutes of chaos, seed %d%n", options.minutes(), options.seed());
    Summary summary = Soak.run(options.minutes(), options.seed(), options.folder());
    Path page = options.folder().resolve("soak.md");
    Files.writeString(page, summary.markdown());
    System.out.println(summary.markdown());
    System.out.println("Written to " + page);
    return summary.isClean();
  }

  private static boolean rows(ChaosOptions options) throws Exception {
    boolean held = true;
    try (Trials trials = new Trials(options.folder())) {
      for (Row row : options.rows()) {
        held &= holds(trials, row);
      }
    }
    return held;
  }

  private static boolean holds(Trials trials, Row row) {
    long begun = System.nanoTime();
    try {
      List<String> figures = trials.run(row);
      System.out.printf(
          "HELD   %s (%d s)%n", row, Duration.ofNanos(System.nanoTime() - begun).toSeconds());
      figures.forEach(figure -> System.out.println("       " + figure));
      return true;
    } catch (AssertionError | Exception broken) {
      System.out.printf(
          "BROKEN %s (%d s)%n       %s%n",
          row, Duration.ofNanos(System.nanoTime() - begun).toSeconds(), broken);
      return false;
    }
  }
}
