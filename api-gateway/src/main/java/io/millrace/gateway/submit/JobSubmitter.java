package io.millrace.gateway.submit;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.gateway.GatewaySettings;
import io.millrace.gateway.admission.Refusals;
import io.millrace.gateway.files.InputFiles;
import io.millrace.gateway.queue.QueueMonitor;
import io.millrace.gateway.queue.StoreCalls;
import io.millrace.job.AboutJob;
import io.millrace.job.Job;
import io.millrace.job.JobState;
import io.millrace.metrics.EnumCounters;
import io.millrace.queue.JobQueue;
import io.millrace.queue.Lane;
import io.millrace.store.Admission;
import io.millrace.store.Admission.Admitted;
import io.millrace.store.Admission.Refusal;
import io.millrace.store.Admission.Refused;
import io.millrace.store.AdmissionGate;
import io.millrace.store.AdmissionGate.OwnerLimits;
import io.millrace.store.JobEnds;
import io.millrace.trace.Traces;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.UUID;
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

  private final AdmissionGate gate;
  private final JobQueue queue;
  private final QueueMonitor monitor;
  private final Refusals refusals;
  private final InputFiles files;
  private final OwedRefusals owed;
  private final StoreCalls stores;
  private final JobEnds ends;
  private final EnumCounters<Lane> accepted;
  private final Traces traces;

  /** So that a caller knows within a second; the producer itself would go on trying. */
  private final Duration confirmTimeout;

  JobSubmitter(
      AdmissionGate gate,
      JobQueue queue,
      QueueMonitor monitor,
      Refusals refusals,
      InputFiles files,
      OwedRefusals owed,
      StoreCalls stores,
      JobEnds ends,
      Traces traces,
      MeterRegistry meters,
      GatewaySettings settings) {
    this.gate = gate;
    this.queue = queue;
    this.monitor = monitor;
    this.refusals = refusals;
    this.files = files;
    this.owed = owed;
    this.stores = stores;
    this.confirmTimeout = settings.gateway().confirmTimeout();
    this.ends = ends;
    this.traces = traces;
    this.accepted =
        new EnumCounters<>(meters, "millrace.jobs.accepted", "lane", EnumSet.allOf(Lane.class));
  }

  /** What becomes of the job. Never completes exceptionally but by a fault of ours. */
  CompletableFuture<Admission> submit(JobRequest request) {
    return traces == Traces.OFF
        ? begin(request.job(), request.limits())
        : traced(request.job(), request.limits());
  }

  private CompletableFuture<Admission> traced(Job job, OwnerLimits limits) {
    Traces.Step step =
        traces
            .begin("submit job", Traces.Kind.PRODUCER, job.traceparent())
            .tag("job_id", job.jobId());
    return begin(job.under(step.traceparent()), limits)
        .whenComplete(
            (admission, failure) -> step.tag("accepted", admission instanceof Admitted).close());
  }

  private CompletableFuture<Admission> begin(Job job, OwnerLimits limits) {
    if (!monitor.isUp()) {
      return CompletableFuture.completedFuture(away());
    }
    Optional<Refused> flaw = files.flaw(job);
    if (flaw.isPresent()) {
      return CompletableFuture.completedFuture(flaw.get());
    }
    return stores
        .run(() -> ask(job, limits))
        .flatMap(said -> said instanceof Admitted in ? findFiles(in, job, limits) : Mono.just(said))
        .onErrorResume(
            DataAccessException.class,
            e -> {
              monitor.redisFailed();
              // It may have been let in all the same, or not been taken back.
              owed.add(job.jobId());
              return Mono.just(away());
            })
        .onErrorResume(RejectedExecutionException.class, e -> Mono.just(away()))
        .toFuture();
  }

  /** Asked again when it is its turn: Redis may have gone while it waited for a thread. */
  private Admission ask(Job job, OwnerLimits limits) {
    return monitor.isUp() ? gate.admit(job, limits, refusals.shut(job, 1)) : away();
  }

  /** The gate keeps them for the job by now: none that is found goes before it has ended. */
  private Mono<Admission> findFiles(Admitted in, Job job, OwnerLimits limits) {
    return files
        .find(job, limits.files())
        .flatMap(
            found ->
                found instanceof InputFiles.All all
                    ? enqueue(in, all.job())
                    : takeBack(in, job.jobId(), ((InputFiles.Missing) found).why()));
  }

  private Mono<Admission> enqueue(Admitted in, Job job) {
    return Mono.fromFuture(() -> isConfirmed(in.lane(), job.accepted(in.acceptedAt())), true)
        .timeout(confirmTimeout, Mono.just(false))
        .flatMap(confirmed -> confirmed ? Mono.just(accepted(in)) : takeBack(in, job.jobId()));
  }

  private CompletableFuture<Boolean> isConfirmed(Lane lane, Job job) {
    return queue.enqueue(lane, job).handle((record, failure) -> failure == null);
  }

  private Mono<Admission> takeBack(Admitted in, UUID jobId) {
    monitor.kafkaFailed();
    return takeBack(in, jobId, new Refused(Refusal.AWAY))
        .doOnNext(
            said -> {
              if (said instanceof Refused) {
                tellNotConfirmed(jobId);
              }
            });
  }

  /** The record may be in the log or not: its state in Redis decides that it must not run. */
  private Mono<Admission> takeBack(Admitted in, UUID jobId, Refused why) {
    return stores
        .run(() -> gate.refuse(jobId))
        .doOnError(RejectedExecutionException.class, busy -> owed.add(jobId))
        .map(
            refused -> {
              if (!refused) {
                return accepted(in);
              }
              ends.count(JobState.REFUSED);
              return why;
            });
  }

  private static void tellNotConfirmed(UUID jobId) {
    try (var about = AboutJob.log(jobId)) {
      log.warn("Job {} was not confirmed by Kafka; it is refused and will not run", jobId);
    }
  }

  private Admission accepted(Admitted in) {
    monitor.worked();
    accepted.increment(in.lane());
    return in;
  }

  private static Admission away() {
    return new Refused(Refusal.AWAY);
  }
}
