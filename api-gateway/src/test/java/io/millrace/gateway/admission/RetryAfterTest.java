package io.millrace.gateway.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.store.QueueGauge.Reading;
import java.time.Duration;
import java.util.Collections;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RetryAfterTest {

  private final AtomicLong nanos = new AtomicLong(1_000_000_000L);
  private final SplittableRandom random = new SplittableRandom(1);
  private final RetryAfter retryAfter =
      new RetryAfter(nanos::get, () -> random, Duration.ofSeconds(60));

  @Test
  void eachThreadDrawsFromAGeneratorOfItsOwn() throws Exception {
    Set<Thread> asking = ConcurrentHashMap.newKeySet();
    RetryAfter shared =
        new RetryAfter(
            nanos::get,
            () -> {
              asking.add(Thread.currentThread());
              return ThreadLocalRandom.current();
            },
            Duration.ofSeconds(60));
    Thread other = new Thread(() -> shared.seconds(Duration.ofSeconds(1)));
    other.start();
    other.join();
    shared.seconds(Duration.ofSeconds(1));

    assertThat(asking).containsExactlyInAnyOrder(other, Thread.currentThread());
  }

  @Test
  void aStartIsEstimatedByTheDrain() {
    Reading queue = running(20, 2, 2, Duration.ofSeconds(2), 10);

    assertThat(retryAfter.untilStarted(0, queue)).isEqualTo(0.1);
    assertThat(retryAfter.untilStarted(5, queue)).isEqualTo(0.6);
    assertThat(retryAfter.untilStarted(1, reading(0, 0, Duration.ZERO, 0))).isPositive();
  }

  @Test
  void aFreeSlotTakesAJobAtOnceAndAFullHouseDoesNot() {
    assertThat(retryAfter.untilStarted(0, running(0, 4, 3, Duration.ZERO, 2))).isZero();
    assertThat(retryAfter.untilStarted(1, running(0, 4, 3, Duration.ZERO, 2))).isEqualTo(0.5);
    assertThat(retryAfter.untilStarted(0, running(0, 4, 4, Duration.ZERO, 2))).isEqualTo(0.5);
    assertThat(retryAfter.untilStarted(0, running(0, 4, 4, Duration.ZERO, 0)))
        .as("nothing has started lately")
        .isEqualTo(60);
  }

  @Test
  void callersReturnAsFastAsTheQueueDrains() {
    // 20 wait, 10 a second start: 40 refused at once are let back over some 4 seconds.
    Reading queue = reading(20, 2, Duration.ofSeconds(2), 10);
    long[] waits = LongStream.range(0, 40).map(i -> retryAfter.seconds(queue)).toArray();

    assertThat(LongStream.of(waits).max()).hasValue(4);
    assertThat(LongStream.of(waits).average().orElseThrow()).isBetween(1.5, 2.7);
  }

  @Test
  void aThousandCallersDoNotComeBackInTheSameSecond() {
    Reading queue = reading(20, 2, Duration.ofSeconds(2), 10);
    long[] waits = LongStream.range(0, 1000).map(i -> retryAfter.seconds(queue)).toArray();

    for (long second = 1; second <= 8; second++) {
      long wanted = second;
      assertThat(LongStream.of(waits).filter(wait -> wait == wanted).count()).isLessThan(400);
    }
    assertThat(LongStream.of(waits).max().orElseThrow()).isLessThanOrEqualTo(9);
  }

  @Test
  void aQueueThatHasOnlyJustFilledIsAskedAgainSoon() {
    Reading queue = reading(20, 2, Duration.ofMillis(50), 0.1);
    assertThat(retryAfter.seconds(queue)).isEqualTo(1);
  }

  @Test
  void aQueueThatStandsStillSendsCallersFarAway() {
    Reading queue = reading(20, 2, Duration.ofMinutes(10), 0);
    long[] waits = LongStream.range(0, 100).map(i -> retryAfter.seconds(queue)).toArray();
    assertThat(LongStream.of(waits)).allMatch(wait -> wait >= 1 && wait <= 60);
    assertThat(LongStream.of(waits).average().orElseThrow()).isGreaterThan(20);
  }

  @Test
  void placesThatNobodyCameForAreGivenAgain() {
    Reading queue = reading(20, 2, Duration.ofSeconds(2), 10);
    LongStream.range(0, 60).forEach(i -> retryAfter.seconds(queue));
    nanos.addAndGet(Duration.ofSeconds(30).toNanos());
    assertThat(retryAfter.seconds(queue)).isEqualTo(1);
  }

  @Test
  void aKeyIsNotSentBackBeforeItsNextJobIsDue() {
    for (int i = 0; i < 100; i++) {
      assertThat(retryAfter.seconds(Duration.ofMillis(2500))).isBetween(3L, 4L);
    }
  }

  private static Reading running(
      long length, int slots, int running, Duration oldest, double rate) {
    return new Reading(
        length, 0, 0, 0, running, 1, slots, oldest, rate, true, Collections.emptySortedMap());
  }

  private static Reading reading(long length, int slots, Duration oldest, double rate) {
    return new Reading(
        length, 0, 0, 0, slots, 1, slots, oldest, rate, true, Collections.emptySortedMap());
  }
}
