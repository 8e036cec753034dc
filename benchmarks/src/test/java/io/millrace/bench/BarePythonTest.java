package io.millrace.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BarePythonTest {

  @Test
  void everyRunIsOneStartOfPython() throws InterruptedException {
    Measured measured = BarePython.sequential("print('x')", 3);
    assertThat(measured.samples().size()).isEqualTo(3);
    assertThat(measured.errors()).isZero();
    assertThat(measured.samples().percentile(0)).isPositive();
  }

  @Test
  void codeThatFailsIsAnErrorAndNotASpeed() throws InterruptedException {
    assertThat(BarePython.sequential("raise SystemExit(3)", 2).errors()).isEqualTo(2);
    assertThat(BarePython.canRun("import a_module_that_is_not_there")).isFalse();
  }

  @Test
  void aLoopKeepsThatManyRunningAndThenStops() throws InterruptedException {
    Measured measured = BarePython.loop("import time; time.sleep(0.3)", 4, Duration.ofMillis(300));
    assertThat(measured.samples().size()).isBetween(4, 8);
    assertThat(measured.samples().median()).isGreaterThan(300);
  }
}
