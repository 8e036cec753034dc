package io.millrace.e2e.rows;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The rows of the fault matrix that every build runs, against real gateways, workers, broker and
 * Redis as processes. The others run by {@code ./millrace chaos --row}.
 */
class FaultSuiteIT {

  private static final Trials TRIALS = new Trials(Path.of("target", "fault-suite"));

  static Stream<Row> rows() {
    return Rows.inCi().stream();
  }

  @AfterAll
  static void stopEverything() {
    TRIALS.close();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rows")
  @Timeout(value = 6, unit = TimeUnit.MINUTES)
  void holds(Row row) throws Exception {
    List<String> figures = TRIALS.run(row);
    System.out.println(row.id() + ": " + String.join("; ", figures));
  }
}
