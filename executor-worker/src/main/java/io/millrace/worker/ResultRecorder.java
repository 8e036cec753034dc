package io.millrace.worker;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.millrace.job.Job;
import io.millrace.job.Outcome;
import io.millrace.job.Reply;
import io.millrace.queue.Completion;
import io.millrace.queue.JobQueue;
import io.millrace.rescue.Requeuer;
import io.millrace.store.JobLeases;
import io.millrace.store.JobLeases.Recorded;
import io.millrace.store.Lease;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records how a job ended: state, reply and message to the waiting gateway in one script, then the
 * completion into the log. Waits for Redis as long as it takes. Thread-safe.
 */
final class ResultRecorder {

  private static final Logger log = LoggerFactory.getLogger(ResultRecorder.class);

  private final JobLeases leases;
  private final JobQueue queue;
  private final Requeuer requeuer;
  private final Reply.Speaker speaker;
  private final Patience patience;
  private final WaitingCounts waiting;
  private final Executor afterwards;
  private final MeterRegistry meters;
  private final Timer runTime;

  ResultRecorder(
      JobLeases leases,
      JobQueue queue,
      Requeuer requeuer,
      Reply.Speaker speaker,
      Patience patience,
      WaitingCounts waiting,
      Executor afterwards,
      MeterRegistry meters) {
    this.leases = leases;
    this.queue = queue;
    this.requeuer = requeuer;
    this.speaker = speaker;
    this.patience = patience;
    this.waiting = waiting;
    this.afterwards = afterwards;
    this.meters = meters;
    this.runTime = meters.timer("millrace.job.run");
  }

  void record(Lease lease, Outcome outcome, Duration ran) {
    Job job = lease.job();
    Reply reply = Reply.to(job.jobId(), job.request().id(), outcome, speaker);
    Optional<Optional<Recorded>> answer =
        patience.get("record a result", () -> leases.finish(lease, reply, ran));
    if (answer.isEmpty()) {
      log.warn("Job {} ended but the worker stops unheard; it will run again", job.jobId());
    } else if (answer.get().isEmpty()) {
      log.info(
          "Job {} was not attempt {}'s to end; its result is refused",
          job.jobId(),
          lease.attempt());
    } else {
      announce(job, answer.get().get());
      meters.counter("millrace.jobs.ended", "state", reply.state().wireName()).increment();
      runTime.record(ran);
    }
  }

  private void announce(Job job, Recorded recorded) {
    waiting.hear(recorded);
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
                log.warn(
                    "Job {}: its completion is not in the log yet; the reaper sees to it",
                    job.jobId());
                return null;
              });
    }
  }
}
