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

  @Test
  void nothingIsRescuedUntilWorkersCouldBeatAfterTheClockOfRedisWasSetForward() {
    AtomicLong micros = new AtomicLong(1_000_000_000_000L);
    Steadiness byClock = Steadiness.byClock(Duration.ofSeconds(15), micros::get, nanos::get);
    Runnable second =
        () -> {
          nanos.addAndGet(Duration.ofSeconds(1).toNanos());
          micros.addAndGet(1_000_000);
          byClock.whenSteady(rounds::incrementAndGet);
        };
    for (int i = 0; i < 20; i++) {
      second.run();
    }
    int before = rounds.get();
    micros.addAndGet(Duration.ofSeconds(15).toNanos() / 1000);
    for (int i = 0; i < 7; i++) {
      second.run();
    }
    assertThat(rounds.get()).isEqualTo(before);
    second.run();
    second.run();
    assertThat(rounds.get()).isGreaterThan(before);
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
