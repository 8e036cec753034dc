package io.millrace.worker.network;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How fast one job's bytes may go: a token bucket. It is full at first, so that what most jobs send
 * and receive is never held up; a piece that has come is passed on also where it is more than is
 * left, and is waited for afterwards, for {@link #STEP} at least: many small pieces would wake
 * everybody for each. Thread-safe.
 */
final class Pace {

  static final Duration STEP = Duration.ofMillis(50);

  private static final double SECOND = Duration.ofSeconds(1).toNanos();

  private final long bandwidth;
  private final long burst;
  private final LongSupplier nanos;
  private final double atOnce;
  private double left;
  private boolean waits;
  private long countedAt;

  /**
   * @param bandwidth bytes a second that it is filled with
   * @param burst bytes that it holds
   * @param nanos a clock that only goes forward
   */
  Pace(long bandwidth, long burst, LongSupplier nanos) {
    this.bandwidth = bandwidth;
    this.burst = burst;
    this.nanos = nanos;
    this.atOnce = Math.min(burst, bandwidth * STEP.toNanos() / SECOND);
    this.left = burst;
    this.countedAt = nanos.getAsLong();
  }

  synchronized void passed(int bytes) {
    fill();
    left -= bytes;
  }

  /** Nanoseconds until more may be read, rounded up; 0 when it may be now. */
  synchronized long nanosToWait() {
    fill();
    waits = waits ? left < atOnce : left <= 0;
    return waits ? (long) Math.ceil((atOnce - left) / bandwidth * SECOND) : 0;
  }

  private void fill() {
    long now = nanos.getAsLong();
    left = Math.min(burst, left + (now - countedAt) * bandwidth / SECOND);
    countedAt = now;
  }
}
