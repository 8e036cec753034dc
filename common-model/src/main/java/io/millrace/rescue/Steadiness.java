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
  private static final long NO_CLOCK = -1;

  private final Duration settling;
  private final Duration longestPause;
  private final LongSupplier storeMicros;
  private final LongSupplier nanoTime;
  private @Nullable Long lastGood;
  private long lastMicros;
  private long steadyFrom;

  /**
   * After a long pause nothing happens for half a lease, in which every living worker beats.
   *
   * @param probe throws while Redis is away
   */
  public Steadiness(Duration lease, Runnable probe, LongSupplier nanoTime) {
    this(
        lease,
        () -> {
          probe.run();
          return NO_CLOCK;
        },
        nanoTime);
  }

  /**
   * The same after a jump of Redis's clock by a second or more.
   *
   * @param micros the time by the clock of Redis; throws while Redis is away
   */
  public static Steadiness byClock(Duration lease, LongSupplier micros, LongSupplier nanoTime) {
    return new Steadiness(lease, micros, nanoTime);
  }

  private Steadiness(Duration lease, LongSupplier storeMicros, LongSupplier nanoTime) {
    this.settling = lease.dividedBy(2);
    this.longestPause = settling.compareTo(ONE_PAUSE) > 0 ? settling : ONE_PAUSE;
    this.storeMicros = storeMicros;
    this.nanoTime = nanoTime;
  }

  /** Runs the round, unless times have not been steady for long enough. */
  void whenSteady(Runnable round) {
    long micros = storeMicros.getAsLong();
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
    return micros != NO_CLOCK && (micros - lastMicros) * 1000 - nanos > JUMP.toNanos();
  }
}
