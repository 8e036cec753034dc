package io.millrace.worker;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.Predicate;

/**
 * The slots of this worker that wait for a job, the longest waiting first: its next sandbox is the
 * likeliest to be ready. A slot that is taken from here gets a job or is put back; one whose
 * sandbox has died is not given out, and none is while no job may be started. Who waits {@link
 * #takeFirst first} gets the next one, whoever else waits. Thread-safe.
 */
final class IdleSlots {

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<JobLoop> idle = new ArrayDeque<>();
  private final BooleanSupplier jobsMayStart;
  private int waitFirst;
  private volatile long changes;

  IdleSlots(BooleanSupplier jobsMayStart) {
    this.jobsMayStart = jobsMayStart;
  }

  void add(JobLoop slot) {
    change(() -> idle.addLast(slot));
  }

  /** A slot that was taken and got no job. */
  void putBack(JobLoop slot) {
    change(() -> idle.addFirst(slot));
  }

  /** False when somebody has taken it, who gives it a job or puts it back. */
  boolean withdraw(JobLoop slot) {
    lock.lock();
    try {
      return idle.remove(slot);
    } finally {
      lock.unlock();
    }
  }

  /** Whether there is one for somebody who does not wait first. */
  boolean any() {
    lock.lock();
    try {
      return left(waitFirst).isPresent();
    } finally {
      lock.unlock();
    }
  }

  /** A slot, empty when none came free within {@code wait}. */
  Optional<JobLoop> take(Duration wait) {
    return take(wait, () -> waitFirst);
  }

  /** One of these, if it is idle now: a job runs the faster there. */
  Optional<JobLoop> takeOneOf(Predicate<JobLoop> better) {
    lock.lock();
    try {
      Optional<JobLoop> slot =
          jobsMayStart.getAsBoolean()
              ? idle.stream().filter(JobLoop::isUp).filter(better).findFirst()
              : Optional.empty();
      slot.ifPresent(idle::remove);
      return slot;
    } finally {
      lock.unlock();
    }
  }

  /** The same, before everybody else. */
  Optional<JobLoop> takeFirst(Duration wait) {
    Optional<JobLoop> now = poll(() -> 0);
    if (now.isPresent() || wait.isZero()) {
      return now; // nobody had to be told of it
    }
    change(() -> waitFirst++);
    try {
      return take(wait, () -> 0);
    } finally {
      change(() -> waitFirst--);
    }
  }

  private Optional<JobLoop> take(Duration wait, IntSupplier forOthers) {
    long deadline = System.nanoTime() + wait.toNanos();
    while (true) {
      long seen = changes;
      Optional<JobLoop> slot = poll(forOthers);
      long left = deadline - System.nanoTime();
      if (slot.isPresent() || left <= 0) {
        return slot;
      }
      awaitChange(seen, left);
    }
  }

  /** Grows with each change; for {@link #awaitChange}. */
  long changes() {
    return changes;
  }

  /** Returns when there has been a change since {@code seen}, or after {@code nanos}. */
  void awaitChange(long seen, long nanos) {
    lock.lock();
    try {
      long left = nanos;
      while (changes == seen && left > 0) {
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  /** Lets everybody who waits for a change look up. */
  void wakeUp() {
    change(() -> {});
  }

  private Optional<JobLoop> poll(IntSupplier forOthers) {
    lock.lock();
    try {
      Optional<JobLoop> slot = left(forOthers.getAsInt());
      slot.ifPresent(idle::remove);
      return slot;
    } finally {
      lock.unlock();
    }
  }

  private Optional<JobLoop> left(int forOthers) {
    return jobsMayStart.getAsBoolean()
        ? idle.stream().filter(JobLoop::isUp).skip(forOthers).findFirst()
        : Optional.empty();
  }

  private void change(Runnable how) {
    lock.lock();
    try {
      how.run();
      changes = changes + 1;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
