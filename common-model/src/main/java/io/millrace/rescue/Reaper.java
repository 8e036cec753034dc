package io.millrace.rescue;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.job.AboutJob;
import io.millrace.job.ReplyBody;
import io.millrace.queue.Completion;
import io.millrace.queue.JobQueue;
import io.millrace.queue.JobRecord;
import io.millrace.queue.LogAwayException;
import io.millrace.queue.ReplyLog;
import io.millrace.store.JobArchive;
import io.millrace.store.JobLeases;
import io.millrace.store.JobLeases.Exhausted;
import io.millrace.store.JobLeases.GiveBack;
import io.millrace.store.JobLeases.GivenBack;
import io.millrace.store.JobLeases.Lapsed;
import io.millrace.store.JobLeases.Requeued;
import io.millrace.store.JobStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes over from workers that vanished: their jobs go back into the queue, or end after too many
 * such workers; completions that they did not get into the log get there.
 */
public final class Reaper {

  private static final Logger log = LoggerFactory.getLogger(Reaper.class);
  private static final int BATCH = 100;

  private final JobLeases leases;
  private final JobArchive archive;
  private final JobQueue queue;
  private final ReplyLog replies;
  private final Requeuer requeuer;
  private final LastResort lastResort;
  private final Counter rescued;

  public Reaper(
      JobLeases leases,
      JobArchive archive,
      JobQueue queue,
      ReplyLog replies,
      Requeuer requeuer,
      LastResort lastResort,
      MeterRegistry meters) {
    this.leases = leases;
    this.archive = archive;
    this.queue = queue;
    this.replies = replies;
    this.requeuer = requeuer;
    this.lastResort = lastResort;
    this.rescued = meters.counter("millrace.jobs.rescued");
  }

  /** Brings the jobs of vanished workers back. */
  public void rescueJobs() {
    List<JobRecord> again = new ArrayList<>();
    for (Lapsed lapsed : leases.lapsed(BATCH)) {
      GivenBack givenBack = leases.giveBack(lapsed.jobId(), lapsed.attempt(), GiveBack.WORKER_LOST);
      if (givenBack instanceof Requeued requeued) {
        tellEnqueuedAgain(lapsed);
        requeued.record().ifPresent(each -> again.add(new JobRecord(lapsed.jobId(), each)));
        requeued.resumable().ifPresent(again::add);
        rescued.increment();
      } else if (givenBack instanceof Exhausted) {
        lastResort.workersVanished(lapsed.jobId(), lapsed.attempt());
      }
    }
    requeuer.enqueueAgain(again);
  }

  /** Ends jobs that did not start in the time that they had. */
  public void endOverdueJobs() {
    lastResort.endOverdue();
  }

  /** Gets completions into the log that should long be there. */
  public void publishCompletions() {
    for (UUID jobId : leases.unpublished(JobLeases.COMPLETION_GRACE, BATCH)) {
      try {
        archive
            .find(jobId)
            .or(() -> tellVanished(jobId))
            .flatMap(this::completion)
            .ifPresent(each -> queue.complete(each).join());
        leases.published(jobId);
      } catch (CompletionException | LogAwayException e) {
        // The next may be smaller, or luckier; this one is tried again in the next round.
        tellNotPublished(jobId, e);
      }
    }
  }

  private static void tellEnqueuedAgain(Lapsed lapsed) {
    try (var about = AboutJob.log(lapsed.jobId())) {
      log.warn(
          "Job {}: its worker vanished on attempt {}; it is enqueued again",
          lapsed.jobId(),
          lapsed.attempt());
    }
  }

  private static Optional<JobStatus> tellVanished(UUID jobId) {
    try (var about = AboutJob.log(jobId)) {
      log.error(
          "Job {} has vanished from Redis before its completion was in the log: unless its worker"
              + " wrote it there, its webhook is not sent; see maxmemory-policy",
          jobId);
    }
    return Optional.empty();
  }

  private static void tellNotPublished(UUID jobId, RuntimeException cause) {
    try (var about = AboutJob.log(jobId)) {
      log.warn(
          "Job {}: its completion is not in the log yet; tried again: {}", jobId, cause.toString());
    }
  }

  private Optional<Completion> completion(JobStatus job) {
    String url = job.webhookUrl();
    ReplyBody reply = job.reply();
    return url == null || reply == null
        ? Optional.empty()
        : replies
            .read(job.jobId(), reply)
            .map(body -> new Completion(job.jobId(), job.owner(), url, body, null));
  }
}
