package io.millrace.worker;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * The slots of this worker that wait for a job, the longest waiting first: its next sandbox is the
 * likeliest to be ready. A slot that is taken from here gets a job or is put back; one whose
 * sandbox has died is not given out, and none is while no job may be started. Thread-safe.
 */
final class IdleSlots {

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<JobLoop> idle = new ArrayDeque<>();
  private final BooleanSupplier jobsMayStart;
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

  boolean any() {
    lock.lock();
    try {
      return jobsMayStart.getAsBoolean() && idle.stream().anyMatch(JobLoop::isUp);
    } finally {
      lock.unlock();
    }
  }

  /** A slot, empty when none came free within {@code wait}. */
  Optional<JobLoop> take(Duration wait) {
    long deadline = System.nanoTime() + wait.toNanos();
    while (true) {
      long seen = changes;
      Optional<JobLoop> slot = poll();
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

  private Optional<JobLoop> poll() {
    if (!jobsMayStart.getAsBoolean()) {
      return Optional.empty();
    }
    lock.lock();
    try {
      Optional<JobLoop> slot = idle.stream().filter(JobLoop::isUp).findFirst();
      slot.ifPresent(idle::remove);
      return slot;
    } finally {
      lock.unlock();
    }
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
