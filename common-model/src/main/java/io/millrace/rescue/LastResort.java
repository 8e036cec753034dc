package io.millrace.rescue;

import io.millrace.job.AboutJob;
import io.millrace.job.JobState;
import io.millrace.job.Outcome;
import io.millrace.job.Reply;
import io.millrace.store.JobArchive;
import io.millrace.store.JobEnds;
import io.millrace.store.JobEnds.Fault;
import io.millrace.store.JobLeases;
import io.millrace.store.JobStatus;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends a job that cannot be brought back, so that its caller hears of it. Thread-safe. */
public final class LastResort {

  private static final Logger log = LoggerFactory.getLogger(LastResort.class);

  private static final int BATCH = 100;

  private final JobLeases leases;
  private final JobArchive archive;
  private final Reply.Speaker speaker;
  private final JobEnds ends;

  public LastResort(JobLeases leases, JobArchive archive, Reply.Speaker speaker, JobEnds ends) {
    this.leases = leases;
    this.archive = archive;
    this.speaker = speaker;
    this.ends = ends;
  }

  /** Each worker that ran the job vanished. Nothing when the job has moved on from this attempt. */
  void workersVanished(UUID jobId, int attempt) {
    giveUp(
        jobId,
        attempt,
        Fault.WORKER_LOST,
        new Outcome.GivenUp(
            "worker_lost",
            "Each worker that ran this job vanished; it was given up on attempt " + attempt));
  }

  /** The log does not have the job any more. Nothing unless it waits. */
  void recordGone(UUID jobId) {
    archive
        .find(jobId)
        .filter(job -> job.state() == JobState.QUEUED)
        .ifPresent(
            job ->
                giveUp(
                    jobId,
                    job.attempt(),
                    Fault.RECORD_GONE,
                    new Outcome.GivenUp(
                        "internal",
                        "The queue has lost this job's record before it ran; please send it again")));
  }

  /** Jobs that did not start in the time that their callers gave them. */
  void endOverdue() {
    for (JobEnds.Overdue overdue : ends.overdue(BATCH)) {
      ends.expire(
          overdue.jobId(),
          Reply.to(about(overdue.jobId()), new Outcome.Expired(overdue.seconds()), speaker));
    }
  }

  private void giveUp(UUID jobId, int attempt, Fault fault, Outcome.GivenUp outcome) {
    if (leases.exhaust(jobId, attempt, Reply.to(about(jobId), outcome, speaker))) {
      ends.countGivenUp(fault);
      try (var about = AboutJob.log(jobId)) {
        log.error("Job {} is given up on attempt {}: {}", jobId, attempt, outcome.message());
      }
    }
  }

  private Reply.About about(UUID jobId) {
    return archive
        .find(jobId)
        .map(JobStatus::about)
        .orElseGet(() -> new Reply.About(jobId, null, null));
  }
}
