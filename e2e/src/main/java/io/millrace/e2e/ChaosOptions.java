package io.millrace.e2e;

import io.millrace.e2e.rows.Row;
import io.millrace.e2e.rows.Rows;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** The words after {@code ./millrace chaos}. */
record ChaosOptions(int minutes, long seed, List<Row> rows, Path folder) {

  static final String USAGE =
      """
      Usage: ./millrace chaos [--minutes N] [--seed S] [--folder DIR]
                a random fault a minute, for N minutes (5); the same faults for the same seed
             ./millrace chaos --row ID [--row ID ...] [--folder DIR]
                rows of the fault matrix; --row all is every one
      """;

  private static final int MINUTES = 5;
  private static final int MOST_MINUTES = 24 * 60;

  /**
   * @throws IllegalArgumentException for words that make no sense
   */
  static ChaosOptions parse(List<String> words) {
    int minutes = MINUTES;
    long seed = ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE);
    Path folder = Path.of("target", "chaos");
    List<Row> rows = new ArrayList<>();
    for (Iterator<String> word = words.iterator(); word.hasNext(); ) {
      String name = word.next();
      if (!word.hasNext()) {
        throw new IllegalArgumentException(name + " needs a value");
      }
      String value = word.next();
      switch (name) {
        case "--minutes" -> minutes = (int) number(name, value, 1, MOST_MINUTES);
        case "--seed" -> seed = number(name, value, Long.MIN_VALUE, Long.MAX_VALUE);
        case "--folder" -> folder = Path.of(value);
        case "--row" -> rows.addAll(value.equals("all") ? Rows.all() : List.of(Rows.named(value)));
        default -> throw new IllegalArgumentException("there is no option " + name);
      }
    }
    return new ChaosOptions(minutes, seed, rows, folder.toAbsolutePath());
  }

  private static long number(String name, String value, long least, long most) {
    try {
      long number = Long.parseLong(value);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new IllegalArgumentException(
        "%s must be a number from %d to %d, but is %s".formatted(name, least, most, value));
  }
}
