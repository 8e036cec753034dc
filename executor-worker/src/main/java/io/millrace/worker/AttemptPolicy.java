package io.millrace.worker;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.job.Job;
import io.millrace.job.Outcome;
import io.millrace.job.Reply;
import io.millrace.metrics.EnumCounters;
import io.millrace.rescue.Requeuer;
import io.millrace.store.JobEnds;
import io.millrace.store.JobEnds.Fault;
import io.millrace.store.JobLeases;
import io.millrace.store.JobLeases.Exhausted;
import io.millrace.store.JobLeases.GiveBack;
import io.millrace.store.JobLeases.GivenBack;
import io.millrace.store.JobLeases.Requeued;
import io.millrace.store.Lease;
import java.util.EnumSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What becomes of a job that did not end here, by no fault of its own. Thread-safe. */
final class AttemptPolicy {

  private static final Logger log = LoggerFactory.getLogger(AttemptPolicy.class);

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
            EnumSet.of(GiveBack.RELEASED, GiveBack.SANDBOX_FAILED));
  }

  /** Our sandbox failed it: another worker tries, until it has failed too often. */
  void sandboxFailed(Lease lease) {
    giveBack(lease, GiveBack.SANDBOX_FAILED);
  }

  /** This worker stops: another one starts it again, at no cost to the job. */
  void released(Lease lease) {
    giveBack(lease, GiveBack.RELEASED);
  }

  private void giveBack(Lease lease, GiveBack why) {
    Job job = lease.job();
    givenBack.increment(why);
    patience
        .get("give a job back", () -> leases.giveBack(job.jobId(), lease.attempt(), why))
        .ifPresent(answer -> follow(lease, answer));
  }

  private void follow(Lease lease, GivenBack answer) {
    if (answer instanceof Requeued requeued) {
      requeuer.enqueueAgain(lease.record());
      requeued.resumable().ifPresent(requeuer::enqueueAgain);
    } else if (answer instanceof Exhausted) {
      giveUp(lease);
    }
  }

  private void giveUp(Lease lease) {
    Job job = lease.job();
    log.error("Job {}: our sandboxes failed it {} times; given up", job.jobId(), lease.attempt());
    Outcome outcome =
        new Outcome.GivenUp(
            "internal", "Our sandboxes failed to run this job; please send it again");
    Reply reply = Reply.to(Reply.About.of(job), outcome, speaker);
    patience
        .get("end a job", () -> leases.exhaust(job.jobId(), lease.attempt(), reply))
        .filter(ended -> ended)
        .ifPresent(ended -> ends.countGivenUp(Fault.SANDBOX_FAILED));
  }
}
