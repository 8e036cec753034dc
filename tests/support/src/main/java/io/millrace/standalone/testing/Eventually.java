package io.millrace.standalone.testing;

import java.time.Duration;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;

/**
 * Waits for what another thread or process brings about, as long as it must and no longer: it looks
 * every 5 ms, on the thread that asks. What does not come about within the bound, two minutes
 * unless told otherwise, ends the test with a {@link
 * org.awaitility.core.ConditionTimeoutException}.
 */
public final class Eventually {

  private static final Duration MOST = Duration.ofMinutes(2);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(5);

  private Eventually() {}

  /** Returns once the condition holds. */
  public static void holds(BooleanSupplier condition) {
    holds(MOST, condition);
  }

  /** Returns once the condition holds, which the failure calls {@code what}. */
  public static void holds(String what, BooleanSupplier condition) {
    within(MOST).alias(what).until(condition::getAsBoolean);
  }

  /** Returns once the condition holds. */
  public static void holds(Duration within, BooleanSupplier condition) {
    within(within).until(condition::getAsBoolean);
  }

  /** The first value that the source has. */
  public static <T> T value(Duration within, Supplier<@Nullable T> source) {
    return Objects.requireNonNull(within(within).until(source::get, Objects::nonNull));
  }

  private static ConditionFactory within(Duration most) {
    return Awaitility.await()
        .pollInSameThread()
        .pollDelay(Duration.ZERO)
        .pollInterval(LOOK_AGAIN)
        .atMost(most);
  }
}
