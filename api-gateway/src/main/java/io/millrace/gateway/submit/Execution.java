package io.millrace.gateway.submit;

import io.millrace.gateway.admission.Refusals;
import io.millrace.gateway.error.ApiError;
import io.millrace.gateway.error.ApiErrors;
import io.millrace.gateway.queue.OwedCalls;
import io.millrace.gateway.queue.StoreCalls;
import io.millrace.gateway.reply.ExecutionReply;
import io.millrace.gateway.reply.GatewayId;
import io.millrace.gateway.reply.Replies;
import io.millrace.gateway.reply.ReplyAwaiter;
import io.millrace.gateway.reply.Waiter;
import io.millrace.job.Job;
import io.millrace.job.Outcome;
import io.millrace.job.Reply;
import io.millrace.queue.LogAwayException;
import io.millrace.store.Admission;
import io.millrace.store.Admission.Admitted;
import io.millrace.store.Admission.Refusal;
import io.millrace.store.Admission.Refused;
import io.millrace.store.Admission.Repeated;
import io.millrace.store.JobArchive;
import io.millrace.store.JobArchive.Ready;
import io.millrace.store.JobEnds;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SignalType;

/**
 * Has a job run for a caller who waits, whatever protocol it speaks: {@link #begin} takes it in,
 * {@link #reply} waits for what there is to say. Cancelling the reply means that the caller has
 * gone. Thread-safe.
 */
@Component
public final class Execution {

  private final JobSubmitter submitter;
  private final Refusals refusals;
  private final ReplyAwaiter awaiter;
  private final JobArchive archive;
  private final Replies replies;
  private final GatewayId gatewayId;
  private final Reply.Speaker speaker;
  private final StoreCalls stores;
  private final OwedCalls owed;
  private final JobEnds ends;
  private final Envelope envelope;
  private final ApiErrors errors;

  Execution(
      JobSubmitter submitter,
      Refusals refusals,
      ReplyAwaiter awaiter,
      JobArchive archive,
      Replies replies,
      GatewayId gatewayId,
      Reply.Speaker speaker,
      StoreCalls stores,
      OwedCalls owed,
      JobEnds ends,
      Envelope envelope,
      ApiErrors errors) {
    this.submitter = submitter;
    this.refusals = refusals;
    this.awaiter = awaiter;
    this.archive = archive;
    this.replies = replies;
    this.gatewayId = gatewayId;
    this.speaker = speaker;
    this.stores = stores;
    this.owed = owed;
    this.ends = ends;
    this.envelope = envelope;
    this.errors = errors;
  }

  /**
   * A request that was taken in.
   *
   * @param request without its program, so that many may wait
   * @param waiter its caller's place; null when it does not wait, or no place was left
   * @param admission completes when the job is durable or refused
   */
  record Begun(
      JobRequest request, @Nullable Waiter waiter, CompletableFuture<Admission> admission) {

    private Job job() {
      return request.job();
    }
  }

  /** Both steps in one, for a request that is in memory anyway. */
  public Mono<ExecutionReply> run(JobRequest request) {
    return Mono.defer(() -> reply(begin(request)));
  }

  /** Submits. The place to wait comes first: a reply may be there before the submission returns. */
  Begun begin(JobRequest request) {
    if (request.waitFor().notAtAll()) {
      return new Begun(request.withoutCode(), null, submitter.submit(request));
    }
    return awaiter
        .expect(request.job().jobId())
        .map(waiter -> new Begun(request.withoutCode(), waiter, submitter.submit(request)))
        .orElseGet(() -> new Begun(request.withoutCode(), null, noPlace()));
  }

  /** As many callers wait as may: the job is not even tried. */
  private static CompletableFuture<Admission> noPlace() {
    return CompletableFuture.completedFuture(new Refused(Refusal.NO_PLACE));
  }

  /** Waits for the submission, then for the job as far as the caller wants to; then says so. */
  Mono<ExecutionReply> reply(Begun begun) {
    return Mono.fromFuture(begun.admission(), true)
        .flatMap(admission -> reply(admission, begun))
        .doFinally(signal -> end(begun, signal));
  }

  private Mono<ExecutionReply> reply(Admission admission, Begun begun) {
    if (admission instanceof Admitted in) {
      return awaited(begun)
          .map(reply -> reply.orElseGet(() -> processing(begun, in.queueLength())));
    }
    if (admission instanceof Repeated repeated) {
      return firstReply(repeated, begun.job());
    }
    return Mono.just(
        refused(refusals.error((Refused) admission, begun.job(), begun.request().limits())));
  }

  /** The reply, for as long as the caller wants; then the job goes on without it. */
  private Mono<Optional<ExecutionReply>> awaited(Begun begun) {
    return begun.waiter() == null
        ? Mono.just(Optional.empty())
        : begun
            .waiter()
            .await(begun.request().waitFor().limit())
            .flatMap(reply -> reply.isPresent() ? Mono.just(reply) : goOnWithoutCaller(begun));
  }

  private Mono<Optional<ExecutionReply>> goOnWithoutCaller(Begun begun) {
    UUID jobId = begun.job().jobId();
    return stores
        .run(() -> archive.detach(jobId))
        .flatMap(
            now ->
                now instanceof Ready ? ended(jobId) : Mono.just(Optional.<ExecutionReply>empty()))
        // The job is durable whether or not Redis is there to hear that nobody waits for it.
        .onErrorResume(DataAccessException.class, e -> detachLater(jobId))
        .onErrorResume(RejectedExecutionException.class, e -> detachLater(jobId))
        .onErrorReturn(LogAwayException.class, Optional.empty());
  }

  private Mono<Optional<ExecutionReply>> detachLater(UUID jobId) {
    owed.owe(jobId, "its caller got 202", () -> archive.detach(jobId));
    return Mono.just(Optional.empty());
  }

  /** The reply of a job that has ended; empty when it has not. */
  private Mono<Optional<ExecutionReply>> ended(UUID jobId) {
    return stores
        .run(() -> archive.replies(List.of(jobId)))
        .flatMap(
            found ->
                found.isEmpty()
                    ? Mono.just(Optional.<ExecutionReply>empty())
                    : replies.answer(found.get(0)).map(Optional::of));
  }

  private Mono<ExecutionReply> firstReply(Repeated repeated, Job repeat) {
    ApiError inFlight = ApiError.inFlight(repeated.firstJobId()).withId(repeat.request().id());
    if (!repeated.ended()) {
      return Mono.just(refused(inFlight));
    }
    return ended(repeated.firstJobId())
        .map(reply -> reply.orElseGet(() -> refused(inFlight)))
        .onErrorResume(LogAwayException.class, e -> Mono.just(refused(ApiError.logAway())));
  }

  private ExecutionReply processing(Begun begun, long queueLength) {
    Job job = begun.job();
    Double estimate =
        job.request().wide() == null ? null : refusals.estimatedStart(queueLength - 1);
    return ExecutionReply.processing(
        job.jobId(),
        begun.request().waitFor().applied(),
        envelope.processing(job.jobId(), job.request().id(), queueLength, estimate));
  }

  private ExecutionReply refused(ApiError error) {
    errors.count(error);
    return ExecutionReply.refused(error);
  }

  private void end(Begun begun, SignalType signal) {
    if (signal == SignalType.CANCEL) {
      abandoned(begun);
    } else if (begun.waiter() != null) {
      begun.waiter().leave();
    }
  }

  /**
   * The caller has gone without an answer: if nobody else waits and no worker has begun, it ends.
   */
  void abandoned(Begun begun) {
    if (begun.waiter() != null && begun.waiter().leave()) {
      begun
          .admission()
          .thenAccept(
              admission -> {
                if (admission instanceof Admitted) {
                  owed.make(begun.job().jobId(), "its caller has gone", () -> leave(begun.job()));
                }
              });
    }
  }

  private void leave(Job job) {
    Reply cancelled = Reply.to(Reply.About.of(job), new Outcome.Cancelled(), speaker);
    ends.leave(job.jobId(), gatewayId.value(), cancelled);
  }
}
