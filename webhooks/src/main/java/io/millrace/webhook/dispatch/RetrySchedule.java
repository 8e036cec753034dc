package io.millrace.webhook.dispatch;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleSupplier;

/**
 * When to try again: at once, then after 1, 60, 360, 1,440, 3,600, 7,200 and 7,200 times the base;
 * with the usual 5 s that is 5 s, 5 min, 30 min, 2 h, 5 h, 10 h and 10 h, a day and a quarter. Each
 * wait is spread by a fifth to either side.
 */
final class RetrySchedule {

  private static final List<Integer> STEPS = List.of(1, 60, 360, 1440, 3600, 7200, 7200);
  private static final double SPREAD = 0.2;

  private final Duration base;
  private final Duration longestWish;
  private final DoubleSupplier random;

  /**
   * @param longestWish how long a receiver may have us wait
   * @param random gives numbers from 0 to below 1
   */
  RetrySchedule(Duration base, Duration longestWish, DoubleSupplier random) {
    this.base = base;
    this.longestWish = longestWish;
    this.random = random;
  }

  /**
   * The wait after this many failed attempts; empty when that was the last.
   *
   * @param retryAfter what the receiver asked for: it gets that, up to the longest wish. It is not
   *     called sooner than it would be anyway, or a day of attempts would be over in seconds
   */
  Optional<Duration> delayAfter(int attempts, Optional<Duration> retryAfter) {
    if (attempts > STEPS.size()) {
      return Optional.empty();
    }
    Duration usual = spread(base.multipliedBy(STEPS.get(attempts - 1)));
    Duration wish = retryAfter.orElse(Duration.ZERO);
    Duration granted = wish.compareTo(longestWish) > 0 ? longestWish : wish;
    return Optional.of(granted.compareTo(usual) > 0 ? granted : usual);
  }

  private Duration spread(Duration step) {
    double factor = 1 - SPREAD + 2 * SPREAD * random.getAsDouble();
    return Duration.ofNanos((long) (step.toNanos() * factor));
  }
}
