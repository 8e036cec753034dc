package io.millrace.worker.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PaceTest {

  private final AtomicLong nanos = new AtomicLong(-5);
  private final Pace pace = new Pace(1000, 100, nanos::get);

  @Test
  void theBurstGoesAtOnceAndWhatIsMoreIsWaitedForAfterwards() {
    pace.passed(99);
    assertThat(pace.nanosToWait()).isZero();
    pace.passed(502);
    assertThat(pace.nanosToWait()).isEqualTo(millis(501) + Pace.STEP.toNanos());
    nanos.addAndGet(millis(501));
    assertThat(pace.nanosToWait()).isEqualTo(Pace.STEP.toNanos());
    nanos.addAndGet(Pace.STEP.toNanos());
    assertThat(pace.nanosToWait()).isZero();
    pace.passed(49);
    assertThat(pace.nanosToWait()).isZero();
    pace.passed(1);
    assertThat(pace.nanosToWait()).isEqualTo(Pace.STEP.toNanos());
  }

  @Test
  void theBurstComesBackWithTimeAndIsNeverMore() {
    pace.passed(100);
    assertThat(pace.nanosToWait()).isPositive();
    nanos.addAndGet(Duration.ofDays(300).toNanos());
    assertThat(pace.nanosToWait()).isZero();
    pace.passed(99);
    assertThat(pace.nanosToWait()).isZero();
    pace.passed(1);
    assertThat(pace.nanosToWait()).isPositive();
  }

  private static long millis(long count) {
    return Duration.ofMillis(count).toNanos();
  }
}
