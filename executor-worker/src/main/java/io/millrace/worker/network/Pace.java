package io.millrace.worker.network;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How fast one job's bytes may go: a token bucket. It is full at first, so that what most jobs send
 * and receive is never held up; a piece that has come is passed on also where it is more than is
 * left, and is waited for afterwards. Thread-safe.
 */
final class Pace {

  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final long bandwidth;
  private final long burst;
  private final LongSupplier nanos;
  private double left;
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
    return left > 0 ? 0 : (long) Math.ceil((1 - left) / bandwidth * SECOND);
  }

  private void fill() {
    long now = nanos.getAsLong();
    left = Math.min(burst, left + (double) (now - countedAt) * bandwidth / SECOND);
    countedAt = now;
  }
}
