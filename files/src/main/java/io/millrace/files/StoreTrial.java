package io.millrace.files;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Who may ask a store that failed: nobody for a moment, then one at a time, until it has answered.
 * So a store that is away, or hangs, holds up one slot and not all of them. Thread-safe.
 */
public final class StoreTrial {

  private static final long PAUSE_NANOS = Duration.ofSeconds(2).toNanos();

  /** So long a try may last until the next one begins. */
  private static final long TRIAL_NANOS = Duration.ofSeconds(30).toNanos();

  private final LongSupplier nanoTime;

  /** Null while the store works. */
  private @Nullable Long notBefore;

  /** {@code nanoTime} is a clock of nanoseconds that never goes back. */
  public StoreTrial(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Whether the caller may ask it now, and is to say what came of that. */
  public synchronized boolean mayAsk() {
    if (notBefore == null) {
      return true;
    }
    long now = nanoTime.getAsLong();
    if (now - notBefore < 0) {
      return false;
    }
    notBefore = now + TRIAL_NANOS;
    return true;
  }

  /** Whether it answered when it was last asked. */
  public synchronized boolean works() {
    return notBefore == null;
  }

  /** It answered. */
  public synchronized void worked() {
    notBefore = null;
  }

  /** It did not. */
  public synchronized void failed() {
    notBefore = nanoTime.getAsLong() + PAUSE_NANOS;
  }
}
