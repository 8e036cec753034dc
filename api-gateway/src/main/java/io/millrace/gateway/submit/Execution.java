package io.millrace.gateway.submit;

import io.millrace.gateway.error.ApiError;
import io.millrace.gateway.error.ApiErrors;
import io.millrace.gateway.queue.StoreCalls;
import io.millrace.gateway.reply.Awaited;
import io.millrace.gateway.reply.Replies;
import io.millrace.gateway.reply.ReplyAwaiter;
import io.millrace.gateway.reply.Ticket;
import io.millrace.queue.LogAwayException;
import io.millrace.store.JobArchive;
import io.millrace.store.StoredReply;
import java.util.List;
import java.util.UUID;
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
  private final ReplyAwaiter awaiter;
  private final WaitingRoom room;
  private final JobArchive archive;
  private final Replies replies;
  private final StoreCalls stores;
  private final Envelope envelope;
  private final ApiErrors errors;

  Execution(
      JobSubmitter submitter,
      ReplyAwaiter awaiter,
      WaitingRoom room,
      JobArchive archive,
      Replies replies,
      StoreCalls stores,
      Envelope envelope,
      ApiErrors errors) {
    this.submitter = submitter;
    this.awaiter = awaiter;
    this.room = room;
    this.archive = archive;
    this.replies = replies;
    this.stores = stores;
    this.envelope = envelope;
    this.errors = errors;
  }

  /** Both steps in one, for a request that is in memory anyway. */
  public Mono<ExecutionReply> run(Submission submission) {
    return Mono.defer(() -> reply(begin(submission)));
  }

  /** Submits. The place to wait comes first: a reply may be there before the submission returns. */
  Visit begin(Submission submission) {
    WaitFor waitFor = submission.waitFor();
    Ticket ticket = waitFor.notAtAll() ? null : awaiter.expect(submission.jobId()).orElse(null);
    boolean noPlace = ticket == null && !waitFor.notAtAll();
    return new Visit(
        submission.jobId(),
        submission.request().id(),
        waitFor,
        ticket,
        noPlace ? JobSubmitter.noPlace(submission) : submitter.submit(submission));
  }

  /** Waits for the submission, then for the job as far as the caller wants to; then says so. */
  Mono<ExecutionReply> reply(Visit visit) {
    return Mono.fromFuture(visit.submitted(), true)
        .flatMap(submitted -> reply(submitted, visit))
        .doFinally(signal -> end(visit, signal));
  }

  /** The caller has gone before it was told anything. */
  void abandoned(Visit visit) {
    room.abandoned(visit);
  }

  private Mono<ExecutionReply> reply(Submitted submitted, Visit visit) {
    if (submitted instanceof Submitted.Accepted accepted) {
      return visit.ticket() == null
          ? Mono.just(processing(visit, accepted.queueLength()))
          : room.await(visit, visit.ticket())
              .map(awaited -> reply(awaited, visit, accepted.queueLength()));
    }
    return submitted instanceof Submitted.Repeated repeated
        ? firstReply(repeated.firstJobId())
        : Mono.just(refused(((Submitted.Refused) submitted).error()));
  }

  private ExecutionReply reply(Awaited awaited, Visit visit, long queueLength) {
    return awaited instanceof Awaited.Answer answer
        ? ExecutionReply.ended(visit.jobId(), answer.status(), answer.body())
        : processing(visit, queueLength);
  }

  private Mono<ExecutionReply> firstReply(UUID firstJobId) {
    return stores
        .run(() -> archive.replies(List.of(firstJobId)))
        .flatMap(
            found ->
                found.stream()
                    .findFirst()
                    .map(this::ended)
                    .orElseGet(() -> Mono.just(refused(ApiError.inFlight(firstJobId)))));
  }

  private Mono<ExecutionReply> ended(StoredReply reply) {
    return replies
        .answer(reply)
        .map(answer -> ExecutionReply.ended(reply.jobId(), answer.status(), answer.body()))
        .onErrorResume(
            LogAwayException.class,
            e ->
                Mono.just(
                    refused(
                        ApiError.unavailable("The queue's log cannot be read now; try again", 1))));
  }

  private ExecutionReply processing(Visit visit, long queueLength) {
    return ExecutionReply.processing(
        visit, envelope.processing(visit.jobId(), visit.id(), queueLength));
  }

  private ExecutionReply refused(ApiError error) {
    errors.count(error);
    return ExecutionReply.refused(error);
  }

  private void end(Visit visit, SignalType signal) {
    if (signal == SignalType.CANCEL) {
      abandoned(visit);
    } else {
      room.answered(visit);
    }
  }
}
