package io.millrace.worker;

import io.millrace.queue.JobRecord;
import io.millrace.queue.RecordReader;
import io.millrace.store.JobLeases;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Brings jobs to idle slots that go before what waits: those that a dead worker left, that were
 * given back, or that their owner's limit held. Redis says which; their records are in the log for
 * long, and are read by their address. The copy at the lane's end is for the case that this fails.
 *
 * <p>One thread runs it; any thread may {@link #look()}.
 */
final class RescuedJobs implements Runnable {

  /** Should the message have been lost that there is one. */
  private static final long LOOK_SECONDS = 1;

  /** Then it looks whether another worker has had one. */
  private static final Duration A_SLOT_MAY_COME_FREE = Duration.ofSeconds(1);

  private final JobLeases leases;
  private final RecordReader records;
  private final IdleSlots idle;
  private final Intake intake;
  private final Patience patience;
  private final Semaphore signs = new Semaphore(0);

  RescuedJobs(
      JobLeases leases, RecordReader records, IdleSlots idle, Intake intake, Patience patience) {
    this.leases = leases;
    this.records = records;
    this.idle = idle;
    this.intake = intake;
    this.patience = patience;
  }

  /** There may be such a job, or the worker drains. */
  void look() {
    signs.release();
  }

  @Override
  public void run() {
    patience.again("take rescued jobs", this::takeThem);
  }

  private void takeThem() {
    while (patience.goesOn()) {
      awaitSign();
      while (patience.goesOn() && leases.anyAhead()) {
        idle.takeFirst(A_SLOT_MAY_COME_FREE).ifPresent(this::takeOne);
      }
    }
  }

  private void awaitSign() {
    try {
      var unused = signs.tryAcquire(LOOK_SECONDS, TimeUnit.SECONDS);
      signs.drainPermits();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for rescued jobs", e);
    }
  }

  private void takeOne(JobLoop slot) {
    Optional<JobRecord> job = Optional.empty();
    Optional<byte[]> record = Optional.empty();
    try {
      job = leases.ahead();
      record = job.flatMap(records::read);
    } finally {
      // Should its record be gone, the rescuer finds that out as well, and ends the job.
      if (record.isEmpty()) {
        idle.putBack(slot);
      }
    }
    if (record.isPresent()) {
      intake.give(record.get(), job.orElseThrow().address(), slot);
    }
  }
}
