package io.millrace.worker;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.job.Job;
import io.millrace.job.Outcome;
import io.millrace.job.Reply;
import io.millrace.rescue.Requeuer;
import io.millrace.store.JobLeases;
import io.millrace.store.JobLeases.Exhausted;
import io.millrace.store.JobLeases.GiveBack;
import io.millrace.store.JobLeases.GivenBack;
import io.millrace.store.JobLeases.Requeued;
import io.millrace.store.Lease;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What becomes of a job that did not end here, by no fault of its own. Thread-safe. */
final class AttemptPolicy {

  private static final Logger log = LoggerFactory.getLogger(AttemptPolicy.class);

  private final JobLeases leases;
  private final Requeuer requeuer;
  private final Reply.Speaker speaker;
  private final Patience patience;
  private final MeterRegistry meters;

  AttemptPolicy(
      JobLeases leases,
      Requeuer requeuer,
      Reply.Speaker speaker,
      Patience patience,
      MeterRegistry meters) {
    this.leases = leases;
    this.requeuer = requeuer;
    this.speaker = speaker;
    this.patience = patience;
    this.meters = meters;
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
    meters.counter("millrace.jobs.given.back", "why", why.name()).increment();
    patience
        .get("give a job back", () -> leases.giveBack(job.jobId(), lease.attempt(), why))
        .ifPresent(givenBack -> follow(lease, givenBack));
  }

  private void follow(Lease lease, GivenBack givenBack) {
    if (givenBack instanceof Requeued requeued) {
      requeuer.enqueueAgain(lease.record());
      requeued.resumable().ifPresent(requeuer::enqueueAgain);
    } else if (givenBack instanceof Exhausted) {
      giveUp(lease);
    }
  }

  private void giveUp(Lease lease) {
    Job job = lease.job();
    log.error("Job {}: our sandboxes failed it {} times; given up", job.jobId(), lease.attempt());
    Outcome outcome =
        new Outcome.GivenUp(
            "internal", "Our sandboxes failed to run this job; please send it again");
    Reply reply = Reply.to(job.jobId(), job.request().id(), outcome, speaker);
    patience.get("end a job", () -> leases.exhaust(job.jobId(), lease.attempt(), reply));
    meters.counter("millrace.jobs.given.up", "reason", "internal").increment();
  }
}
