package io.millrace.gateway.submit;

import io.millrace.gateway.queue.OwedCalls;
import io.millrace.gateway.queue.StoreCalls;
import io.millrace.gateway.reply.Awaited;
import io.millrace.gateway.reply.GatewayId;
import io.millrace.gateway.reply.Replies;
import io.millrace.gateway.reply.ReplyAwaiter;
import io.millrace.gateway.reply.Ticket;
import io.millrace.job.Outcome;
import io.millrace.job.Reply;
import io.millrace.queue.LogAwayException;
import io.millrace.store.AdmissionGate;
import io.millrace.store.JobArchive;
import io.millrace.store.JobArchive.Ready;
import io.millrace.store.JobEnds;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** What a caller's coming and going means for its job. */
@Component
final class WaitingRoom {

  private final ReplyAwaiter awaiter;
  private final AdmissionGate gate;
  private final JobArchive archive;
  private final Replies replies;
  private final GatewayId gatewayId;
  private final Reply.Speaker speaker;
  private final StoreCalls stores;
  private final OwedCalls owed;
  private final JobEnds ends;

  WaitingRoom(
      ReplyAwaiter awaiter,
      AdmissionGate gate,
      JobArchive archive,
      Replies replies,
      GatewayId gatewayId,
      Reply.Speaker speaker,
      StoreCalls stores,
      OwedCalls owed,
      JobEnds ends) {
    this.awaiter = awaiter;
    this.gate = gate;
    this.archive = archive;
    this.replies = replies;
    this.gatewayId = gatewayId;
    this.speaker = speaker;
    this.stores = stores;
    this.owed = owed;
    this.ends = ends;
  }

  /** Waits for the reply, for as long as the caller wants; then lets the job go on without it. */
  Mono<Awaited> await(Visit visit, Ticket ticket) {
    return Mono.fromFuture(ticket.outcome(), true)
        .timeout(visit.waitFor().limit(), Mono.just(new Awaited.StillWorking()))
        .flatMap(
            awaited ->
                awaited instanceof Awaited.Answer ? Mono.just(awaited) : goOnWithoutCaller(visit));
  }

  private Mono<Awaited> goOnWithoutCaller(Visit visit) {
    return stores
        .run(() -> archive.detach(visit.jobId()))
        .flatMap(now -> now instanceof Ready ? endedJustNow(visit) : stillWorking())
        // The job is durable whether or not Redis is there to hear that nobody waits for it.
        .onErrorResume(DataAccessException.class, e -> detachLater(visit))
        .onErrorResume(RejectedExecutionException.class, e -> detachLater(visit))
        .onErrorReturn(LogAwayException.class, new Awaited.StillWorking());
  }

  private Mono<Awaited> detachLater(Visit visit) {
    owed.owe(visit.jobId(), "its caller got 202", () -> archive.detach(visit.jobId()));
    return stillWorking();
  }

  private Mono<Awaited> endedJustNow(Visit visit) {
    return stores
        .run(() -> archive.replies(List.of(visit.jobId())))
        .flatMap(
            found ->
                found.isEmpty()
                    ? stillWorking()
                    : replies.answer(found.get(0)).cast(Awaited.class));
  }

  private static Mono<Awaited> stillWorking() {
    return Mono.just(new Awaited.StillWorking());
  }

  /** The caller has its answer: its place is free. */
  void answered(Visit visit) {
    if (visit.ticket() != null) {
      awaiter.leave(visit.ticket());
    }
  }

  /** The caller has gone without one: if nobody else waits and no worker has begun, it is over. */
  void abandoned(Visit visit) {
    if (visit.ticket() != null && awaiter.leave(visit.ticket())) {
      visit
          .submitted()
          .thenAccept(
              submitted -> {
                if (submitted instanceof Submitted.Accepted) {
                  owed.make(visit.jobId(), "its caller has gone", () -> leave(visit));
                }
              });
    }
  }

  private void leave(Visit visit) {
    Reply cancelled = Reply.to(visit.jobId(), visit.id(), new Outcome.Cancelled(), speaker);
    if (gate.leave(visit.jobId(), gatewayId.value(), cancelled)) {
      ends.count(cancelled.state());
    }
  }
}
