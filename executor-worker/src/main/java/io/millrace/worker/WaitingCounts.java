package io.millrace.worker;

/**
 * How many jobs wait in each lane, as last heard: every recorded result and every beat bring the
 * counts along. A hint only: a count may be of the past, or of jobs that are not there.
 * Thread-safe.
 */
final class WaitingCounts {

  private volatile boolean onlyBulk;

  void hear(long firstWaiting, long bulkWaiting) {
    onlyBulk = firstWaiting == 0 && bulkWaiting > 0;
  }

  /** Whether jobs wait in the second lane and none in the first. */
  boolean onlyBulk() {
    return onlyBulk;
  }
}
