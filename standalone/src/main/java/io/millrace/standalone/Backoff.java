package io.millrace.standalone;

import java.time.Duration;

/**
 * How long to wait before something that ended is started again: one second, doubled each time up
 * to half a minute; one second again after it had run for a minute.
 */
record Backoff(Duration pause) {
  private static final Duration FIRST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofSeconds(30);
  private static final Duration STEADY = Duration.ofMinutes(1);

  static Backoff none() {
    return new Backoff(Duration.ZERO);
  }

  /** The next one, after a run of that length. */
  Backoff after(Duration run) {
    if (pause.isZero() || run.compareTo(STEADY) >= 0) {
      return new Backoff(FIRST);
    }
    Duration doubled = pause.multipliedBy(2);
    return new Backoff(doubled.compareTo(LONGEST) > 0 ? LONGEST : doubled);
  }
}
