package io.millrace.rescue;

import io.millrace.job.Outcome;
import io.millrace.job.Reply;
import io.millrace.store.JobArchive;
import io.millrace.store.JobLeases;
import io.millrace.store.JobStatus;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends a job that cannot be brought back, so that its caller hears of it. Thread-safe. */
public final class LastResort {

  private static final Logger log = LoggerFactory.getLogger(LastResort.class);

  private final JobLeases leases;
  private final JobArchive archive;
  private final Reply.Speaker speaker;

  public LastResort(JobLeases leases, JobArchive archive, Reply.Speaker speaker) {
    this.leases = leases;
    this.archive = archive;
    this.speaker = speaker;
  }

  /** Each worker that ran the job vanished. False when the job has moved on from this attempt. */
  boolean workersVanished(UUID jobId, int attempt) {
    return giveUp(
        jobId,
        attempt,
        new Outcome.GivenUp(
            "worker_lost",
            "Each worker that ran this job vanished; it was given up on attempt " + attempt));
  }

  /** The log does not have the job any more. */
  void recordGone(UUID jobId) {
    archive
        .find(jobId)
        .ifPresent(
            job ->
                giveUp(
                    jobId,
                    job.attempt(),
                    new Outcome.GivenUp(
                        "internal", "The job waited longer than the queue keeps its records")));
  }

  private boolean giveUp(UUID jobId, int attempt, Outcome.GivenUp outcome) {
    String id = archive.find(jobId).map(JobStatus::id).orElse(null);
    boolean ended = leases.exhaust(jobId, attempt, Reply.to(jobId, id, outcome, speaker));
    if (ended) {
      log.error("Job {} is given up on attempt {}: {}", jobId, attempt, outcome.message());
    }
    return ended;
  }
}
