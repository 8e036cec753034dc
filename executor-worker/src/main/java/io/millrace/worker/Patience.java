package io.millrace.worker;

import io.millrace.sandbox.SandboxFailedException;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/**
 * Tries again while a neighbour is away, a little later each time and never in step with others,
 * until the worker stops. Thread-safe.
 */
final class Patience {

  private static final Logger log = LoggerFactory.getLogger(Patience.class);
  private static final long FIRST_PAUSE_MILLIS = 50;
  private static final long LONGEST_PAUSE_MILLIS = 2000;
  private static final long GOOD_MILLIS = 10_000;

  private final CountDownLatch draining = new CountDownLatch(1);
  private final CountDownLatch stopped = new CountDownLatch(1);

  /** A step that fails when the sandbox does. */
  interface Step {
    void take() throws SandboxFailedException;
  }

  /** No new jobs from now on; what has begun may end. */
  void drain() {
    draining.countDown();
  }

  /** Gives up everywhere, now and from now on. */
  void stop() {
    drain();
    stopped.countDown();
  }

  boolean goesOn() {
    return draining.getCount() > 0;
  }

  /** The answer, when there is one before the worker gives up. */
  <T> Optional<T> get(String what, Supplier<T> question) {
    for (long pause = FIRST_PAUSE_MILLIS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS)) {
      try {
        return Optional.of(question.get());
      } catch (DataAccessException e) {
        log.warn("Cannot {} yet; trying again: {}", what, e.getMessage());
      }
      if (isOver(stopped, pause)) {
        return Optional.empty();
      }
    }
  }

  /** Whether the step was taken before the worker drains. */
  boolean until(String what, Step step) {
    for (long pause = FIRST_PAUSE_MILLIS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS)) {
      try {
        step.take();
        return true;
      } catch (SandboxFailedException e) {
        log.error("This slot cannot {}; trying again: {}", what, e.getMessage());
      }
      if (isOver(draining, pause)) {
        return false;
      }
    }
  }

  /** Takes a step whose failure costs its thread a pause, not its life. */
  void survive(String what, Runnable step) {
    try {
      step.run();
    } catch (RuntimeException e) {
      log.error("This slot could not {}; it goes on after a pause: {}", what, e.toString());
      isOver(draining, LONGEST_PAUSE_MILLIS);
    }
  }

  /**
   * Takes a step that ends only when the worker drains or when it fails; then it is taken again,
   * after a pause that grows unless it had gone well for long.
   */
  void again(String what, Runnable step) {
    long pause = FIRST_PAUSE_MILLIS;
    while (goesOn()) {
      long since = System.nanoTime();
      try {
        step.run();
      } catch (RuntimeException | Error e) {
        log.error("This worker cannot {}; it tries again: {}", what, e.toString());
      }
      boolean wentWell = System.nanoTime() - since > TimeUnit.MILLISECONDS.toNanos(GOOD_MILLIS);
      pause = wentWell ? FIRST_PAUSE_MILLIS : Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
      if (isOver(draining, pause)) {
        return;
      }
    }
  }

  private static boolean isOver(CountDownLatch end, long pause) {
    try {
      long spread = ThreadLocalRandom.current().nextLong(pause);
      return end.await(pause / 2 + spread, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }
}
