package io.millrace.e2e.fault;

import io.millrace.e2e.fault.FaultProxy.Way;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** What a {@link FaultProxy} does to the pieces that pass it. Thread-safe. */
final class Spoil {

  /** A slow connection gets its bytes in this many pieces a second. */
  private static final int PIECES_PER_SECOND = 10;

  private final Set<Way> swallowed = EnumSet.noneOf(Way.class);
  private Duration delay = Duration.ZERO;
  private Duration jitter = Duration.ZERO;
  private int bytesPerSecond;

  synchronized void delay(Duration time, Duration newJitter) {
    delay = time;
    jitter = newJitter;
  }

  synchronized void slow(int limit) {
    bytesPerSecond = limit;
  }

  synchronized void swallow(Way way) {
    swallowed.add(way);
  }

  /** Ends all faults; true when bytes may have been swallowed. */
  synchronized boolean mend() {
    boolean holes = !swallowed.isEmpty();
    swallowed.clear();
    delay = Duration.ZERO;
    jitter = Duration.ZERO;
    bytesPerSecond = 0;
    return holes;
  }

  /** How many bytes to read at once, at most. */
  synchronized int piece(int most) {
    return bytesPerSecond == 0
        ? most
        : Math.max(1, Math.min(most, bytesPerSecond / PIECES_PER_SECOND));
  }

  /** Holds a piece up as long as it must; false when it is to be thrown away. */
  boolean passes(Way way, int bytes) {
    LockSupport.parkNanos(holdUp(bytes));
    synchronized (this) {
      return !swallowed.contains(way);
    }
  }

  private synchronized long holdUp(int bytes) {
    long spread = jitter.toNanos();
    long late =
        delay.toNanos()
            + (spread == 0 ? 0 : ThreadLocalRandom.current().nextLong(-spread, spread + 1));
    long slow = bytesPerSecond == 0 ? 0 : TimeUnit.SECONDS.toNanos(1) * bytes / bytesPerSecond;
    return Math.max(0, late) + slow;
  }
}
