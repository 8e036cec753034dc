package io.millrace.gateway.job;

import io.millrace.gateway.auth.Caller;
import io.millrace.gateway.error.ApiError;
import io.millrace.gateway.error.ApiErrors;
import io.millrace.gateway.queue.StoreCalls;
import io.millrace.gateway.reply.Replies;
import io.millrace.gateway.request.WaitParameter;
import io.millrace.job.Outcome;
import io.millrace.job.Reply;
import io.millrace.queue.LogAwayException;
import io.millrace.store.JobEnds;
import io.millrace.store.JobStatus;
import java.time.Duration;
import java.util.Optional;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** One job: shown, waited for, cancelled. */
@RestController
@RequestMapping("/v1/jobs/{jobId}")
final class JobController {

  private static final ApiError NO_JOB =
      ApiError.notFound("No such job, or its result has expired");
  private static final ApiError GONE =
      ApiError.gone("The queue has let go of this job's request; the job itself is not affected");
  private static final ApiError KAFKA_AWAY = ApiError.logAway();

  private final JobLookup jobs;
  private final JobPoll poll;
  private final JobEnds ends;
  private final Reply.Speaker speaker;
  private final AcceptedRequest requests;
  private final StoreCalls stores;
  private final Replies replies;
  private final ApiErrors errors;

  JobController(
      JobLookup jobs,
      JobPoll poll,
      JobEnds ends,
      Reply.Speaker speaker,
      AcceptedRequest requests,
      StoreCalls stores,
      Replies replies,
      ApiErrors errors) {
    this.jobs = jobs;
    this.poll = poll;
    this.ends = ends;
    this.speaker = speaker;
    this.requests = requests;
    this.stores = stores;
    this.replies = replies;
    this.errors = errors;
  }

  /** The job now, or, with {@code wait}, as soon as it has ended or that many seconds are over. */
  @GetMapping
  Mono<ResponseEntity<byte[]>> show(
      @PathVariable String jobId,
      @RequestParam(name = "wait", defaultValue = "0") String wait,
      ServerWebExchange exchange) {
    String owner = Caller.of(exchange).owner();
    return WaitParameter.read(wait)
        .fold(
            limit -> shown(stores.run(() -> jobs.find(jobId, owner)), limit),
            refused -> Mono.just(errors.answer(refused)));
  }

  private Mono<ResponseEntity<byte[]>> shown(Mono<Optional<JobStatus>> now, Duration limit) {
    return now.flatMap(
            found ->
                found.filter(job -> !job.state().isTerminal() && !limit.isZero()).isPresent()
                    ? poll.await(found.get(), limit).then(now)
                    : Mono.just(found))
        .flatMap(this::answer);
  }

  /** The job's request as it was accepted, its program too. */
  @GetMapping("/request")
  Mono<ResponseEntity<byte[]>> request(@PathVariable String jobId, ServerWebExchange exchange) {
    String owner = Caller.of(exchange).owner();
    return stores
        .run(
            () ->
                jobs.find(jobId, owner)
                    .map(
                        job ->
                            requests
                                .of(job)
                                .map(JobController::ok)
                                .orElseGet(() -> errors.answer(GONE)))
                    .orElseGet(() -> errors.answer(NO_JOB)))
        .onErrorResume(LogAwayException.class, e -> Mono.just(errors.answer(KAFKA_AWAY)));
  }

  private static ResponseEntity<byte[]> ok(byte[] body) {
    return ResponseEntity.ok().contentType(MediaType.APPLICATION_JSON).body(body);
  }

  /** Cancels a job that has not ended; shows it as it is then. */
  @DeleteMapping
  Mono<ResponseEntity<byte[]>> cancel(@PathVariable String jobId, ServerWebExchange exchange) {
    String owner = Caller.of(exchange).owner();
    return stores
        .run(
            () -> {
              Optional<JobStatus> found = jobs.find(jobId, owner);
              found.filter(job -> !job.state().isTerminal()).ifPresent(this::cancel);
              return found.isPresent() ? jobs.find(jobId, owner) : found;
            })
        .flatMap(this::answer);
  }

  private void cancel(JobStatus job) {
    ends.cancel(job.jobId(), job.owner(), Reply.to(job.about(), new Outcome.Cancelled(), speaker));
  }

  private Mono<ResponseEntity<byte[]>> answer(Optional<JobStatus> found) {
    return found
        .map(
            job ->
                replies
                    .whole(job)
                    .map(JobController::view)
                    .onErrorResume(
                        LogAwayException.class, e -> Mono.just(errors.answer(KAFKA_AWAY))))
        .orElseGet(() -> Mono.just(errors.answer(NO_JOB)));
  }

  private static ResponseEntity<byte[]> view(JobStatus job) {
    return ResponseEntity.ok()
        .contentType(MediaType.APPLICATION_JSON)
        .header("X-Job-Id", job.jobId().toString())
        .body(JobView.of(job));
  }
}
