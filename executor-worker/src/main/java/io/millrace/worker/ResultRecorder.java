package io.millrace.worker;

import io.millrace.job.AboutJob;
import io.millrace.job.Job;
import io.millrace.job.Reply;
import io.millrace.job.ReplyLimit;
import io.millrace.queue.Completion;
import io.millrace.queue.JobQueue;
import io.millrace.rescue.Requeuer;
import io.millrace.store.JobEnds;
import io.millrace.store.JobLeases;
import io.millrace.store.JobLeases.Recorded;
import io.millrace.store.Lease;
import io.millrace.trace.Traces;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records how a job ended: a large reply into the log of replies; then state, reply or its address,
 * and message to the waiting gateway in one script; then the completion into the log. Waits for
 * Redis, and for Kafka where the reply is large, as long as it takes. Thread-safe.
 */
final class ResultRecorder {

  private static final Logger log = LoggerFactory.getLogger(ResultRecorder.class);

  private final JobLeases leases;
  private final JobQueue queue;
  private final Requeuer requeuer;
  private final Reply.Speaker speaker;
  private final ReplyLimit limit;
  private final ReplyPlaces places;
  private final Patience patience;
  private final WaitingCounts waiting;
  private final Executor afterwards;
  private final JobEnds ends;
  private final JobTimes times;
  private final Traces traces;

  ResultRecorder(
      JobLeases leases,
      JobQueue queue,
      Requeuer requeuer,
      Reply.Speaker speaker,
      ReplyLimit limit,
      ReplyPlaces places,
      Patience patience,
      WaitingCounts waiting,
      Executor afterwards,
      JobEnds ends,
      JobTimes times,
      Traces traces) {
    this.leases = leases;
    this.queue = queue;
    this.requeuer = requeuer;
    this.speaker = speaker;
    this.limit = limit;
    this.places = places;
    this.patience = patience;
    this.waiting = waiting;
    this.afterwards = afterwards;
    this.ends = ends;
    this.times = times;
    this.traces = traces;
  }

  void record(Lease lease, Ended ended, Duration ran) {
    try (Traces.Step step =
        traces.begin("record result", Traces.Kind.INNER, lease.job().traceparent())) {
      step.tag("state", ended.outcome().state());
      write(lease, ended, ran);
    }
  }

  private void write(Lease lease, Ended ended, Duration ran) {
    long endedAt = System.nanoTime();
    Job job = lease.job();
    Reply.About about = Reply.About.of(job).with(ended.wide());
    Reply reply = limit.reply(about, ended.outcome(), speaker);
    ReplyPlaces.Place place = places.of(job.jobId(), reply);
    Optional<Optional<Recorded>> answer =
        patience.get("record a result", () -> leases.finish(lease, reply, place.address(), ran));
    if (answer.isEmpty()) {
      log.warn("Job {} ended but the worker stops unheard; it will run again", job.jobId());
    } else if (answer.get().isEmpty()) {
      log.info(
          "Job {} was not attempt {}'s to end; its result is refused",
          job.jobId(),
          lease.attempt());
    } else {
      ends.count(reply.state());
      times.record(lease, ran, Duration.ofNanos(System.nanoTime() - endedAt));
      announce(job, answer.get().get());
    }
  }

  private void announce(Job job, Recorded recorded) {
    waiting.hear(recorded.firstWaiting(), recorded.bulkWaiting());
    recorded
        .resumable()
        .ifPresent(record -> afterwards.execute(() -> requeuer.enqueueAgain(record)));
    String webhookUrl = job.request().webhookUrl();
    if (webhookUrl != null) {
      queue
          .complete(
              new Completion(
                  job.jobId(), job.owner(), webhookUrl, recorded.body(), job.traceparent()))
          .thenRunAsync(() -> leases.published(job.jobId()), afterwards)
          .exceptionally(
              failure -> {
                tellNotPublished(job);
                return null;
              });
    }
  }

  private static void tellNotPublished(Job job) {
    try (var about = AboutJob.log(job.jobId())) {
      log.warn("Job {}: its completion is not in the log yet; the reaper sees to it", job.jobId());
    }
  }
}
