package io.millrace.e2e;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Waits for a condition of another process, which can send no signal, with a bound. */
public final class Await {

  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

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
    long deadline = System.nanoTime() + atMost.toNanos();
    Exception last = null;
    do {
      try {
        Optional<T> answer = question.ask();
        if (answer.isPresent()) {
          return answer.get();
        }
        last = null;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted while waiting until " + what, e);
      } catch (Exception e) {
        last = e;
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    } while (System.nanoTime() < deadline);
    throw new AssertionError("not within " + atMost.toMillis() + " ms: " + what, last);
  }

  /** Lets time pass that is itself the fault: a process frozen for ten seconds. */
  public static void pass(Duration time) {
    long deadline = System.nanoTime() + time.toNanos();
    for (long left = time.toNanos(); left > 0; left = deadline - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }
}
