package io.millrace.worker;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Waits for what another process does, up to a bound. */
final class Eventually {

  private static final long LOOK_AGAIN_NANOS = 5_000_000;

  private Eventually() {}

  static void isTrue(Duration within, BooleanSupplier condition) {
    value(within, () -> condition.getAsBoolean() ? Boolean.TRUE : null);
  }

  static <T> T value(Duration within, Supplier<@Nullable T> source) {
    long deadline = System.nanoTime() + within.toNanos();
    while (true) {
      T value = source.get();
      if (value != null) {
        return value;
      }
      if (System.nanoTime() > deadline) {
        throw new AssertionError("did not come true within " + within);
      }
      LockSupport.parkNanos(LOOK_AGAIN_NANOS);
    }
  }
}
