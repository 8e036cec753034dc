package io.millrace.rescue;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SteadinessTest {

  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000_000_000L);
  private final AtomicLong micros = new AtomicLong(1_000_000_000_000L);
  private final AtomicInteger rounds = new AtomicInteger();
  private final Steadiness steadiness = new Steadiness(Duration.ofSeconds(15), nanos::get);

  @Test
  void nothingIsRescuedUntilWorkersCouldBeatAfterTheStart() {
    assertThat(roundsIn(7)).isZero();
    assertThat(roundsIn(10)).isEqualTo(9);
  }

  @Test
  void nothingIsRescuedUntilWorkersCouldBeatAfterRedisWasAway() {
    roundsIn(20);
    pass(Duration.ofSeconds(20));
    assertThat(roundsIn(7)).isZero();
    assertThat(roundsIn(10)).isEqualTo(9);
  }

  @Test
  void aShortPauseIsNoReasonToWait() {
    roundsIn(20);
    pass(Duration.ofSeconds(5));
    assertThat(roundsIn(5)).isEqualTo(5);
  }

  @Test
  void nothingIsRescuedUntilWorkersCouldBeatAfterTheClockOfRedisWasSetForward() {
    assertThat(roundsIn(20)).isPositive();
    micros.addAndGet(Duration.ofSeconds(15).toNanos() / 1000);
    assertThat(roundsIn(7)).isZero();
    assertThat(roundsIn(2)).isPositive();
  }

  private int roundsIn(int seconds) {
    int before = rounds.get();
    for (int i = 0; i < seconds; i++) {
      pass(Duration.ofSeconds(1));
      steadiness.whenSteady(micros.get(), rounds::incrementAndGet);
    }
    return rounds.get() - before;
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
    micros.addAndGet(time.toNanos() / 1000);
  }
}
