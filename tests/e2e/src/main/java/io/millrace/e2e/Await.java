package io.millrace.e2e;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;

/** Waits for a condition of another process, which can send no signal, with a bound. */
public final class Await {

  private static final Duration PAUSE = Duration.ofMillis(20);

  private Await() {}

  /** A question that may fail while a process is away; a failure counts as "not yet". */
  public interface Question<T> {
    Optional<T> ask() throws Exception;
  }

  /** A condition that may fail while a process is away; a failure counts as "not yet". */
  public interface Condition {
    boolean holds() throws Exception;
  }

  /**
   * Returns how long it took.
   *
   * @throws AssertionError when the condition does not hold within the bound
   */
  public static Duration until(String what, Duration atMost, Condition condition) {
    long begun = System.nanoTime();
    value(what, atMost, () -> condition.holds() ? Optional.of(true) : Optional.empty());
    return Duration.ofNanos(System.nanoTime() - begun);
  }

  /** The first answer there is. */
  public static <T> T value(String what, Duration atMost, Question<T> question) {
    AtomicReference<@Nullable Exception> last = new AtomicReference<>();
    try {
      return Awaitility.await(what)
          .pollInSameThread()
          .pollDelay(Duration.ZERO)
          .pollInterval(PAUSE)
          .atMost(atMost)
          .until(() -> asked(what, question, last), Optional::isPresent)
          .orElseThrow();
    } catch (ConditionTimeoutException e) {
      throw new AssertionError("not within " + atMost.toMillis() + " ms: " + what, last.get());
    }
  }

  private static <T> Optional<T> asked(
      String what, Question<T> question, AtomicReference<@Nullable Exception> failure) {
    failure.set(null);
    try {
      return question.ask();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting until " + what, e);
    } catch (Exception e) {
      failure.set(e);
      return Optional.empty();
    }
  }

  /** Lets time pass that is itself the fault: a process frozen for ten seconds. */
  public static void pass(Duration time) {
    long deadline = System.nanoTime() + time.toNanos();
    for (long left = time.toNanos(); left > 0; left = deadline - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }
}
