package io.millrace.rescue;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.job.Outcome;
import io.millrace.job.Reply;
import io.millrace.queue.Completion;
import io.millrace.queue.JobQueue;
import io.millrace.store.JobArchive;
import io.millrace.store.JobLeases;
import io.millrace.store.JobLeases.Exhausted;
import io.millrace.store.JobLeases.GiveBack;
import io.millrace.store.JobLeases.GivenBack;
import io.millrace.store.JobLeases.Lapsed;
import io.millrace.store.JobLeases.Requeued;
import io.millrace.store.JobStatus;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes over from workers that vanished: their jobs go back into the queue, or end after too many
 * such workers; completions that they did not get into the log get there.
 */
public final class Reaper {

  private static final Logger log = LoggerFactory.getLogger(Reaper.class);
  private static final int BATCH = 100;
  private static final Duration COMPLETION_GRACE = Duration.ofSeconds(10);

  private final JobLeases leases;
  private final JobArchive archive;
  private final JobQueue queue;
  private final Requeuer requeuer;
  private final Reply.Speaker speaker;
  private final Counter rescued;
  private final Counter poisoned;

  public Reaper(
      JobLeases leases,
      JobArchive archive,
      JobQueue queue,
      Requeuer requeuer,
      Reply.Speaker speaker,
      MeterRegistry meters) {
    this.leases = leases;
    this.archive = archive;
    this.queue = queue;
    this.requeuer = requeuer;
    this.speaker = speaker;
    this.rescued = meters.counter("millrace.jobs.rescued");
    this.poisoned = meters.counter("millrace.jobs.given.up", "reason", "worker_lost");
  }

  /** One round. */
  public void reap() {
    leases.lapsed(BATCH).forEach(this::rescue);
    leases.unpublished(COMPLETION_GRACE, BATCH).forEach(this::publish);
  }

  private void rescue(Lapsed lapsed) {
    GivenBack givenBack = leases.giveBack(lapsed.jobId(), lapsed.attempt(), GiveBack.WORKER_LOST);
    if (givenBack instanceof Requeued requeued) {
      log.warn(
          "Job {}: its worker vanished on attempt {}; it is enqueued again",
          lapsed.jobId(),
          lapsed.attempt());
      requeued.record().ifPresent(requeuer::enqueueAgain);
      requeued.resumable().ifPresent(requeuer::enqueueAgain);
      rescued.increment();
    } else if (givenBack instanceof Exhausted) {
      giveUp(lapsed);
    }
  }

  private void giveUp(Lapsed lapsed) {
    String id = archive.find(lapsed.jobId()).map(JobStatus::id).orElse(null);
    Outcome outcome =
        new Outcome.GivenUp(
            "worker_lost",
            "Each worker that ran this job vanished; it was given up on attempt "
                + lapsed.attempt());
    if (leases.exhaust(
        lapsed.jobId(), lapsed.attempt(), Reply.to(lapsed.jobId(), id, outcome, speaker))) {
      log.error(
          "Job {}: every worker that ran it vanished; given up on attempt {}",
          lapsed.jobId(),
          lapsed.attempt());
      poisoned.increment();
    }
  }

  private void publish(UUID jobId) {
    archive.find(jobId).flatMap(Reaper::completion).ifPresent(each -> queue.complete(each).join());
    leases.published(jobId);
  }

  private static Optional<Completion> completion(JobStatus job) {
    String url = job.webhookUrl();
    String body = job.reply();
    return url == null || body == null
        ? Optional.empty()
        : Optional.of(new Completion(job.jobId(), job.owner(), url, body, null));
  }
}
