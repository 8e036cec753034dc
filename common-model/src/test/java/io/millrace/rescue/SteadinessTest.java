package io.millrace.rescue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SteadinessTest {

  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000_000_000L);
  private final AtomicBoolean away = new AtomicBoolean();
  private final AtomicInteger rounds = new AtomicInteger();
  private final Steadiness steadiness =
      new Steadiness(Duration.ofSeconds(15), this::probe, nanos::get);

  @Test
  void nothingIsRescuedUntilWorkersCouldBeatAfterTheStart() {
    assertThat(roundsIn(7)).isZero();
    assertThat(roundsIn(10)).isEqualTo(9);
  }

  @Test
  void nothingIsRescuedUntilWorkersCouldBeatAfterRedisWasAway() {
    roundsIn(20);
    away.set(true);
    for (int i = 0; i < 20; i++) {
      nanos.addAndGet(Duration.ofSeconds(1).toNanos());
      assertThatThrownBy(() -> steadiness.whenSteady(rounds::incrementAndGet))
          .isInstanceOf(IllegalStateException.class);
    }
    away.set(false);
    assertThat(roundsIn(7)).isZero();
    assertThat(roundsIn(10)).isEqualTo(9);
  }

  @Test
  void aShortPauseIsNoReasonToWait() {
    roundsIn(20);
    nanos.addAndGet(Duration.ofSeconds(5).toNanos());
    assertThat(roundsIn(5)).isEqualTo(5);
  }

  private int roundsIn(int seconds) {
    int before = rounds.get();
    for (int i = 0; i < seconds; i++) {
      nanos.addAndGet(Duration.ofSeconds(1).toNanos());
      steadiness.whenSteady(rounds::incrementAndGet);
    }
    return rounds.get() - before;
  }

  private void probe() {
    if (away.get()) {
      throw new IllegalStateException("away");
    }
  }
}
