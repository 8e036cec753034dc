package io.millrace.gateway.submit;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.gateway.GatewaySettings;
import io.millrace.gateway.admission.Admission;
import io.millrace.gateway.admission.Verdict;
import io.millrace.gateway.error.ApiError;
import io.millrace.gateway.queue.QueueMonitor;
import io.millrace.gateway.queue.StoreCalls;
import io.millrace.job.AboutJob;
import io.millrace.job.Job;
import io.millrace.job.JobState;
import io.millrace.metrics.EnumCounters;
import io.millrace.queue.JobQueue;
import io.millrace.queue.Lane;
import io.millrace.store.AdmissionGate;
import io.millrace.store.JobEnds;
import io.millrace.trace.Traces;
import java.time.Duration;
import java.util.EnumSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Makes a job durable or tells no. Once begun it goes on to one of the two, whether or not its
 * caller stays: a job that is counted but not enqueued would hold a place for nothing.
 */
@Component
final class JobSubmitter {

  private static final Logger log = LoggerFactory.getLogger(JobSubmitter.class);

  private final Admission admission;
  private final AdmissionGate gate;
  private final JobQueue queue;
  private final QueueMonitor monitor;
  private final OwedRefusals owed;
  private final StoreCalls stores;
  private final JobEnds ends;
  private final EnumCounters<Lane> accepted;
  private final Traces traces;

  /** So that a caller knows within a second; the producer itself would go on trying. */
  private final Duration confirmTimeout;

  JobSubmitter(
      Admission admission,
      AdmissionGate gate,
      JobQueue queue,
      QueueMonitor monitor,
      OwedRefusals owed,
      StoreCalls stores,
      JobEnds ends,
      Traces traces,
      MeterRegistry meters,
      GatewaySettings settings) {
    this.admission = admission;
    this.gate = gate;
    this.queue = queue;
    this.monitor = monitor;
    this.owed = owed;
    this.stores = stores;
    this.confirmTimeout = settings.gateway().confirmTimeout();
    this.ends = ends;
    this.traces = traces;
    this.accepted =
        new EnumCounters<>(meters, "millrace.jobs.accepted", "lane", EnumSet.allOf(Lane.class));
  }

  /** Never completes exceptionally but by a fault of ours. */
  CompletableFuture<Submitted> submit(Submission submission) {
    return traces == Traces.OFF ? begin(submission) : traced(submission);
  }

  private CompletableFuture<Submitted> traced(Submission submission) {
    Traces.Step step =
        traces
            .begin("submit job", Traces.Kind.PRODUCER, submission.traceparent())
            .tag("job_id", submission.jobId());
    return begin(submission.under(step.traceparent()))
        .whenComplete(
            (submitted, failure) -> {
              step.tag("accepted", submitted instanceof Submitted.Accepted).close();
            });
  }

  private CompletableFuture<Submitted> begin(Submission submission) {
    if (!monitor.isUp()) {
      return CompletableFuture.completedFuture(away(submission));
    }
    return stores
        .run(() -> ask(submission))
        .flatMap(verdict -> enqueueIfLetIn(verdict, submission))
        .onErrorResume(
            DataAccessException.class,
            e -> {
              monitor.redisFailed();
              // It may have been let in all the same, or not been taken back.
              owed.add(submission.jobId());
              return Mono.just(away(submission));
            })
        .onErrorResume(RejectedExecutionException.class, e -> Mono.just(away(submission)))
        .toFuture();
  }

  /** Asked again when it is its turn: Redis may have gone while it waited for a thread. */
  private Verdict ask(Submission submission) {
    return monitor.isUp()
        ? admission.ask(submission.candidate())
        : new Verdict.No(awayError(submission));
  }

  private Mono<Submitted> enqueueIfLetIn(Verdict verdict, Submission submission) {
    if (verdict instanceof Verdict.LetIn in) {
      return enqueue(in, submission);
    }
    return Mono.just(
        verdict instanceof Verdict.Repeat repeat
            ? new Submitted.Repeated(repeat.firstJobId())
            : new Submitted.Refused(((Verdict.No) verdict).error()));
  }

  private Mono<Submitted> enqueue(Verdict.LetIn in, Submission submission) {
    return Mono.fromFuture(() -> isConfirmed(in.lane(), submission.job(in.acceptedAt())), true)
        .timeout(confirmTimeout, Mono.just(false))
        .flatMap(
            confirmed ->
                confirmed ? Mono.just(accepted(in, submission)) : takeBack(in, submission));
  }

  private CompletableFuture<Boolean> isConfirmed(Lane lane, Job job) {
    return queue.enqueue(lane, job).handle((record, failure) -> failure == null);
  }

  /** The record may be in the log or not: its state in Redis decides that it must not run. */
  private Mono<Submitted> takeBack(Verdict.LetIn in, Submission submission) {
    monitor.kafkaFailed();
    return stores
        .run(() -> gate.refuse(submission.jobId()))
        .doOnError(RejectedExecutionException.class, busy -> owed.add(submission.jobId()))
        .map(
            refused -> {
              if (!refused) {
                return accepted(in, submission);
              }
              ends.count(JobState.REFUSED);
              tellNotConfirmed(submission);
              return away(submission);
            });
  }

  private static void tellNotConfirmed(Submission submission) {
    try (var about = AboutJob.log(submission.jobId())) {
      log.warn(
          "Job {} was not confirmed by Kafka; it is refused and will not run", submission.jobId());
    }
  }

  private Submitted accepted(Verdict.LetIn in, Submission submission) {
    monitor.worked();
    accepted.increment(in.lane());
    return new Submitted.Accepted(submission.jobId(), in.queueLength());
  }

  /** As many callers wait as may: the job is not even tried. */
  static CompletableFuture<Submitted> noPlace(Submission submission) {
    return CompletableFuture.completedFuture(
        new Submitted.Refused(
            ApiError.unavailable("Too many callers wait for their replies here; try again", 1)
                .withId(submission.request().id())));
  }

  private static Submitted away(Submission submission) {
    return new Submitted.Refused(awayError(submission));
  }

  private static ApiError awayError(Submission submission) {
    return ApiError.unavailable("The queue cannot take jobs now; try again", 1)
        .withId(submission.request().id());
  }
}
