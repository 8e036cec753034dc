package io.millrace.gateway.support;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what another thread or process brings about, as long as it must and no longer. */
public final class Eventually {

  private static final Duration MOST = Duration.ofSeconds(120);
  private static final long LOOK_AGAIN_NANOS = 5_000_000;

  private Eventually() {}

  /** Returns once the condition holds; an {@link AssertionError} when it does not in time. */
  public static void holds(BooleanSupplier condition) {
    long end = System.nanoTime() + MOST.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("did not come about within " + MOST.toSeconds() + " s");
      }
      LockSupport.parkNanos(LOOK_AGAIN_NANOS);
    }
  }
}
