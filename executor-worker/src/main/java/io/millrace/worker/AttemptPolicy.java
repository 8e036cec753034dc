package io.millrace.worker;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.job.Job;
import io.millrace.job.Outcome;
import io.millrace.job.Reply;
import io.millrace.metrics.EnumCounters;
import io.millrace.queue.JobRecord;
import io.millrace.rescue.Requeuer;
import io.millrace.store.JobEnds;
import io.millrace.store.JobEnds.Fault;
import io.millrace.store.JobLeases;
import io.millrace.store.JobLeases.Exhausted;
import io.millrace.store.JobLeases.GiveBack;
import io.millrace.store.JobLeases.GivenBack;
import io.millrace.store.JobLeases.Requeued;
import io.millrace.store.Lease;
import java.time.Duration;
import java.util.EnumSet;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What becomes of a job that did not end here, by no fault of its own. Thread-safe. */
final class AttemptPolicy {

  private static final Logger log = LoggerFactory.getLogger(AttemptPolicy.class);

  /** What a job first waits for the store of files, and how often that is doubled: to 16 s. */
  private static final Duration FILES_PAUSE = Duration.ofSeconds(1);

  private static final int MOST_DOUBLINGS = 4;

  private final JobLeases leases;
  private final Requeuer requeuer;
  private final Reply.Speaker speaker;
  private final Patience patience;
  private final EnumCounters<GiveBack> givenBack;
  private final JobEnds ends;

  AttemptPolicy(
      JobLeases leases,
      Requeuer requeuer,
      Reply.Speaker speaker,
      Patience patience,
      JobEnds ends,
      MeterRegistry meters) {
    this.leases = leases;
    this.requeuer = requeuer;
    this.speaker = speaker;
    this.patience = patience;
    this.ends = ends;
    this.givenBack =
        new EnumCounters<>(
            meters,
            "millrace.jobs.given.back",
            "why",
            EnumSet.of(GiveBack.RELEASED, GiveBack.SANDBOX_FAILED, GiveBack.FILES_AWAY));
  }

  /** Our sandbox failed it: another worker tries, until it has failed too often. */
  void sandboxFailed(Lease lease) {
    giveBack(lease, GiveBack.SANDBOX_FAILED);
  }

  /** This worker stops: another one starts it again, at no cost to the job. */
  void released(Lease lease) {
    giveBack(lease, GiveBack.RELEASED);
  }

  /**
   * The store of files is away: the job waits, a little longer each time, and as long as it must.
   */
  void filesAway(Lease lease) {
    long doubled = FILES_PAUSE.toMillis() << Math.min(lease.attempt() - 1, MOST_DOUBLINGS);
    long spread = ThreadLocalRandom.current().nextLong(doubled / 2 + 1);
    giveBack(lease, GiveBack.FILES_AWAY, Duration.ofMillis(doubled + spread));
  }

  private void giveBack(Lease lease, GiveBack why) {
    giveBack(lease, why, Duration.ZERO);
  }

  private void giveBack(Lease lease, GiveBack why, Duration pause) {
    Job job = lease.job();
    givenBack.increment(why);
    patience
        .get("give a job back", () -> leases.giveBack(job.jobId(), lease.attempt(), why, pause))
        .ifPresent(answer -> follow(lease, answer));
  }

  private void follow(Lease lease, GivenBack answer) {
    if (answer instanceof Requeued requeued) {
      requeued
          .record()
          .map(address -> new JobRecord(lease.job().jobId(), address))
          .ifPresent(requeuer::enqueueAgain);
      requeued.resumable().ifPresent(requeuer::enqueueAgain);
    } else if (answer instanceof Exhausted) {
      giveUp(lease);
    }
  }

  private void giveUp(Lease lease) {
    Job job = lease.job();
    log.error("Job {}: our sandboxes failed it {} times; given up", job.jobId(), lease.attempt());
    end(lease, Fault.SANDBOX_FAILED, "Our sandboxes failed to run this job; please send it again");
  }

  /** The log has let go of the program that it shares with its batch: it can never run. */
  void programGone(Lease lease) {
    log.error("Job {}: the program of its batch is not in the log any more", lease.job().jobId());
    end(
        lease,
        Fault.RECORD_GONE,
        "The queue has lost the program of this job's batch before it ran; please send it again");
  }

  private void end(Lease lease, Fault fault, String message) {
    Job job = lease.job();
    Outcome outcome = new Outcome.GivenUp("internal", message);
    Reply reply = Reply.to(Reply.About.of(job), outcome, speaker);
    patience
        .get("end a job", () -> leases.exhaust(job.jobId(), lease.attempt(), reply))
        .filter(ended -> ended)
        .ifPresent(ended -> ends.countGivenUp(fault));
  }
}
