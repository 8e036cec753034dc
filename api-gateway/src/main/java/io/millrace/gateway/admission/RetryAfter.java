package io.millrace.gateway.admission;

import io.millrace.store.QueueGauge.Reading;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * When a refused caller should come back: each is given the next place that the queue will free, so
 * that they return as fast as it drains and not together.
 *
 * <p>The rate is what was measured over the last half minute. A queue that has only just filled has
 * been measured too little; then its length by the wait of its oldest job (Little's law) says more,
 * as far as that is believable. Nobody is sent further away than four times the queue in front
 * takes, since some will not come back and their places must not stay empty. Thread-safe.
 */
final class RetryAfter {

  private static final double BELIEVABLE_STARTS_PER_SLOT = 10;
  private static final double QUEUES_AHEAD = 4;
  private static final double LEAST_HORIZON_SECONDS = 5;
  private static final double NANOS = 1e9;
  private static final double MILLIS = 1e3;

  private final LongSupplier nanoTime;
  private final Supplier<RandomGenerator> random;
  private final double maxSeconds;
  private double nextPlace;

  /**
   * @param random asked for each answer: a generator may belong to one thread
   * @param max the longest answer
   */
  RetryAfter(LongSupplier nanoTime, Supplier<RandomGenerator> random, Duration max) {
    this.nanoTime = nanoTime;
    this.random = random;
    this.maxSeconds = max.toNanos() / NANOS;
    this.nextPlace = nanoTime.getAsLong() / NANOS;
  }

  /** Whole seconds, 1 or more. */
  long seconds(Reading queue) {
    double rate = rate(queue);
    double horizon =
        Math.min(
            maxSeconds, Math.max(LEAST_HORIZON_SECONDS, QUEUES_AHEAD * queue.queueLength() / rate));
    return wholeSeconds(Math.min(maxSeconds, wait(1 / rate, horizon)));
  }

  /** Whole seconds, 1 or more, not before {@code due} is over. */
  long seconds(Duration due) {
    double seconds = due.toNanos() / NANOS;
    return (long)
        Math.max(1, Math.ceil(seconds + random.get().nextDouble() * Math.max(1, seconds / 4)));
  }

  /**
   * Seconds until a job starts that has so many {@code ahead} of it; 0 where a slot is free for it.
   */
  double untilStarted(long ahead, Reading queue) {
    long starts = ahead + 1 - Math.max(0, queue.slots() - queue.running());
    if (starts <= 0) {
      return 0;
    }
    double rate =
        queue.queueLength() > 0 ? rate(queue) : Math.max(queue.drainRate(), 1 / maxSeconds);
    return Math.round(MILLIS * starts / rate) / MILLIS;
  }

  private synchronized double wait(double interval, double horizon) {
    double now = nanoTime.getAsLong() / NANOS;
    nextPlace = Math.max(nextPlace, now) + interval;
    if (nextPlace - now <= horizon) {
      return nextPlace - now;
    }
    nextPlace = now + horizon;
    return random.get().nextDouble() * horizon;
  }

  private double rate(Reading queue) {
    double oldest = queue.oldestWait().toNanos() / NANOS;
    double believable = BELIEVABLE_STARTS_PER_SLOT * Math.max(1, queue.slots());
    double byWait = oldest > 0 ? Math.min(queue.queueLength() / oldest, believable) : believable;
    return Math.max(Math.max(queue.drainRate(), byWait), 1 / maxSeconds);
  }

  /** Rounds up or down by chance, so that the mean is kept. */
  private long wholeSeconds(double seconds) {
    return Math.max(1, (long) Math.floor(seconds + random.get().nextDouble()));
  }
}
