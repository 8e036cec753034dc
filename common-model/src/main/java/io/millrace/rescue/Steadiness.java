package io.millrace.rescue;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Waits with what rests on leases until the workers could renew them: while Redis was away, or this
 * process stood still, leases lapsed whose workers live. Not thread-safe.
 */
public final class Steadiness {

  private static final Duration ONE_PAUSE = Duration.ofSeconds(3);

  private final Duration settling;
  private final Duration longestPause;
  private final Runnable probe;
  private final LongSupplier nanoTime;
  private @Nullable Long lastGood;
  private long steadyFrom;

  /**
   * After a long pause nothing happens for half a lease, in which every living worker beats.
   *
   * @param probe throws while Redis is away
   */
  public Steadiness(Duration lease, Runnable probe, LongSupplier nanoTime) {
    this.settling = lease.dividedBy(2);
    this.longestPause = settling.compareTo(ONE_PAUSE) > 0 ? settling : ONE_PAUSE;
    this.probe = probe;
    this.nanoTime = nanoTime;
  }

  /** Runs the round, unless times have not been steady for long enough. */
  void whenSteady(Runnable round) {
    probe.run();
    long now = nanoTime.getAsLong();
    if (lastGood == null || now - lastGood > longestPause.toNanos()) {
      steadyFrom = now + settling.toNanos();
    }
    lastGood = now;
    if (now - steadyFrom >= 0) {
      round.run();
      lastGood = nanoTime.getAsLong();
    }
  }
}
