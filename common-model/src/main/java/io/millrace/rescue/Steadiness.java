package io.millrace.rescue;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Waits with what rests on leases until the workers could renew them: while Redis was away, or this
 * process stood still, or when Redis's clock is set forward, leases lapse whose workers live. Not
 * thread-safe.
 */
public final class Steadiness {

  private static final Duration ONE_PAUSE = Duration.ofSeconds(3);
  private static final Duration JUMP = Duration.ofSeconds(1);

  private final Duration settling;
  private final Duration longestPause;
  private final LongSupplier nanoTime;
  private @Nullable Long lastGood;
  private long lastMicros;
  private long steadyFrom;

  /** After a long pause nothing happens for half a lease, in which every living worker beats. */
  public Steadiness(Duration lease, LongSupplier nanoTime) {
    this.settling = lease.dividedBy(2);
    this.longestPause = settling.compareTo(ONE_PAUSE) > 0 ? settling : ONE_PAUSE;
    this.nanoTime = nanoTime;
  }

  /**
   * Runs the round, unless times have not been steady for long enough. Called at every look, also
   * when there is nothing to do.
   *
   * @param micros the time of just now by the clock of Redis
   */
  void whenSteady(long micros, Runnable round) {
    long now = nanoTime.getAsLong();
    if (lastGood == null
        || now - lastGood > longestPause.toNanos()
        || clockJumped(micros, now - lastGood)) {
      steadyFrom = now + settling.toNanos();
    }
    lastMicros = micros;
    lastGood = now;
    if (now - steadyFrom >= 0) {
      round.run();
      long took = nanoTime.getAsLong() - now;
      lastGood = now + took;
      lastMicros = micros + took / 1000;
    }
  }

  private boolean clockJumped(long micros, long nanos) {
    return (micros - lastMicros) * 1000 - nanos > JUMP.toNanos();
  }
}
