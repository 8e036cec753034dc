package io.millrace.worker;

import io.millrace.job.AboutJob;
import io.millrace.job.Job;
import io.millrace.queue.BatchLog;
import io.millrace.queue.JobCodec;
import io.millrace.queue.JobQueue;
import io.millrace.queue.Lane;
import io.millrace.queue.LogAwayException;
import io.millrace.queue.RecordPointer;
import io.millrace.queue.UnreadableRecordException;
import io.millrace.store.Environments.Row;
import io.millrace.store.JobLeases;
import io.millrace.store.JobLeases.Claim;
import io.millrace.store.JobLeases.Granted;
import io.millrace.store.JobLeases.NotYet;
import io.millrace.trace.Traces;
import io.millrace.worker.environment.EnvironmentQuestion;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/**
 * From a record to a job that runs: finds an idle slot, which one of the first lane gets before one
 * of the second, claims the job, starts it there, and is done with the record, since the lease
 * holds the job from its claim on. A record that no slot can take is given back while another
 * worker may have an idle one. Thread-safe.
 */
final class Intake {

  private static final Logger log = LoggerFactory.getLogger(Intake.class);

  /**
   * How long a record waits here for a slot, when nobody has had it before: short jobs end by then.
   * A second worker with no idle slot passes it on at once, so that it finds the one that has.
   */
  private static final Duration A_SLOT_MAY_COME_FREE = Duration.ofMillis(150);

  /**
   * The broker drops a record in silence that was given back too often (five times, unless it is
   * told otherwise). Before that it is enqueued as a new one.
   */
  private static final int MOST_DELIVERIES = 3;

  /** Until the log has all of a batch, its first records wait here, at most a second. */
  private static final int MOST_LOOKS = 50;

  private static final long LOOK_MILLIS = 20;

  private final String workerId;
  private final IdleSlots idle;
  private final JobLeases leases;
  private final StoreWatch store;
  private final JobQueue queue;
  private final BatchLog batches;
  private final EnvironmentQuestion packages;
  private final AttemptPolicy attempts;
  private final StrayRecords strays;
  private final Patience patience;
  private final Traces traces;

  Intake(
      String workerId,
      IdleSlots idle,
      JobLeases leases,
      StoreWatch store,
      JobQueue queue,
      BatchLog batches,
      EnvironmentQuestion packages,
      AttemptPolicy attempts,
      StrayRecords strays,
      Patience patience,
      Traces traces) {
    this.workerId = workerId;
    this.idle = idle;
    this.leases = leases;
    this.store = store;
    this.queue = queue;
    this.batches = batches;
    this.packages = packages;
    this.attempts = attempts;
    this.strays = strays;
    this.patience = patience;
    this.traces = traces;
  }

  /** Returns when the record is done with, or given back. */
  void place(TakenRecord taken) {
    try {
      for (int looks = 1; !placed(taken, looks == MOST_LOOKS); looks++) {
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      // A record that is still held would make every later poll fail.
      taken.release();
    }
  }

  /** Whether it is done with, or given back; else the log may not have all of its batch yet. */
  private boolean placed(TakenRecord taken, boolean hold) {
    Duration wait = taken.deliveries() == 1 ? A_SLOT_MAY_COME_FREE : Duration.ZERO;
    Optional<JobLoop> slot =
        !patience.goesOn()
            ? Optional.empty()
            : taken.pointer().lane() == Lane.FIRST ? idle.takeFirst(wait) : idle.take(wait);
    if (slot.isPresent()) {
      return given(taken, slot.get(), hold);
    }
    passOn(taken);
    return true;
  }

  /** Starts the job of a record that nobody holds in this slot, unless it is somebody else's. */
  void give(byte[] record, RecordPointer pointer, JobLoop slot) {
    boolean used = false;
    try {
      used =
          start(JobCodec.decodeJob(record), slot, job -> ask(job, pointer, true))
              instanceof Granted;
    } catch (LogAwayException e) {
      log.warn("Job at {} waits for Kafka: {}", pointer, e.getMessage());
    } catch (UnreadableRecordException e) {
      log.debug("Record {} is no job of ours: {}", pointer, e.getMessage());
    } finally {
      if (!used) {
        idle.putBack(slot);
      }
    }
  }

  private boolean given(TakenRecord taken, JobLoop slot, boolean hold) {
    boolean used = false;
    try {
      Claim claim =
          start(JobCodec.decodeJob(taken.record().value()), slot, job -> claim(job, taken, hold));
      used = claim instanceof Granted;
      return !(claim instanceof NotYet);
    } catch (UnreadableRecordException e) {
      strays.putAside(taken.record(), e);
      taken.accept();
    } catch (LogAwayException e) {
      log.warn("Kafka does not give a batch's program; its job goes back: {}", e.getMessage());
      passOn(taken);
    } finally {
      if (!used) {
        idle.putBack(slot);
      }
    }
    return true;
  }

  /** What the claim was answered; the slot has the job when it was granted. */
  private @Nullable Claim start(Job sent, JobLoop slot, Function<Job, @Nullable Claim> claiming) {
    Optional<Job> whole = batches.whole(sent);
    if (whole.isEmpty()) {
      return endWithoutProgram(sent, claiming);
    }
    return startWhole(whole.get(), slot, claiming);
  }

  private @Nullable Claim endWithoutProgram(Job sent, Function<Job, @Nullable Claim> claiming) {
    Claim claim = claiming.apply(sent);
    if (claim instanceof Granted granted) {
      attempts.programGone(granted.lease());
      return null;
    }
    return claim;
  }

  private @Nullable Claim startWhole(
      Job sent, JobLoop slot, Function<Job, @Nullable Claim> claiming) {
    try (var about = AboutJob.log(sent.jobId())) {
      Traces.Step step = traces.begin("process job", Traces.Kind.CONSUMER, sent.traceparent());
      step.tag("job_id", sent.jobId());
      boolean started = false;
      try {
        Claim claim = claimed(sent.under(step.traceparent()), claiming);
        if (claim instanceof Granted granted) {
          best(slot, granted.environment()).start(granted.lease(), granted.environment(), step);
          started = true;
        }
        return claim;
      } finally {
        if (!started) {
          step.close();
        }
      }
    }
  }

  private Claim ask(Job job, RecordPointer record, boolean hold) {
    return leases.claim(job, record, workerId, hold, packages.of(job));
  }

  /** One that has had these packages lately, if it is idle too. */
  private JobLoop best(JobLoop slot, @Nullable Row environment) {
    if (environment == null || slot.hasLately(environment)) {
      return slot;
    }
    Optional<JobLoop> better = idle.takeOneOf(each -> each.hasLately(environment));
    better.ifPresent(each -> idle.putBack(slot));
    return better.orElse(slot);
  }

  private @Nullable Claim claimed(Job job, Function<Job, @Nullable Claim> claiming) {
    try (Traces.Step step = traces.begin("claim job", Traces.Kind.INNER, job.traceparent())) {
      return claiming.apply(job);
    }
  }

  /** Null when it was not claimed, and the record has gone back. */
  private @Nullable Claim claim(Job job, TakenRecord taken, boolean hold) {
    Claim claim;
    try {
      claim = ask(job, taken.pointer(), hold);
    } catch (DataAccessException e) {
      log.warn("Redis is away from this worker; the job goes back: {}", e.getMessage());
      store.isAway();
      passOn(taken);
      return null;
    }
    if (!(claim instanceof NotYet)) {
      taken.accept();
    }
    return claim;
  }

  private void passOn(TakenRecord taken) {
    if (taken.deliveries() >= MOST_DELIVERIES && patience.goesOn()) {
      queue.enqueue(taken.pointer().lane(), taken.record().value()).join();
      taken.accept();
    } else {
      taken.release();
    }
  }
}
