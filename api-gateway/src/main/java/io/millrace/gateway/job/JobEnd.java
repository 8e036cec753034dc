package io.millrace.gateway.job;

import io.millrace.gateway.queue.OwedCalls;
import io.millrace.gateway.queue.StoreCalls;
import io.millrace.gateway.reply.Awaited;
import io.millrace.gateway.reply.GatewayId;
import io.millrace.gateway.reply.ReplyAwaiter;
import io.millrace.gateway.reply.Ticket;
import io.millrace.job.JobState;
import io.millrace.job.Outcome;
import io.millrace.job.Reply;
import io.millrace.store.AdmissionGate;
import io.millrace.store.AdmissionGate.Cancellation;
import io.millrace.store.JobArchive;
import io.millrace.store.JobArchive.Pending;
import io.millrace.store.JobEnds;
import io.millrace.store.JobStatus;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** The end of a job: waited for, or brought about. */
@Component
public final class JobEnd {

  private final ReplyAwaiter awaiter;
  private final JobArchive archive;
  private final AdmissionGate gate;
  private final GatewayId gatewayId;
  private final Reply.Speaker speaker;
  private final StoreCalls stores;
  private final OwedCalls owed;
  private final JobEnds ends;

  JobEnd(
      ReplyAwaiter awaiter,
      JobArchive archive,
      AdmissionGate gate,
      GatewayId gatewayId,
      Reply.Speaker speaker,
      StoreCalls stores,
      OwedCalls owed,
      JobEnds ends) {
    this.awaiter = awaiter;
    this.archive = archive;
    this.gate = gate;
    this.gatewayId = gatewayId;
    this.speaker = speaker;
    this.stores = stores;
    this.owed = owed;
    this.ends = ends;
  }

  /** Completes when the job has ended, the time is over, or nobody else can wait here. */
  Mono<Void> await(JobStatus job, Duration limit) {
    Optional<Ticket> place = awaiter.expect(job.jobId());
    return place
        .map(
            ticket ->
                stores
                    .run(() -> archive.watch(job.jobId(), gatewayId.value()))
                    .filter(Pending.class::isInstance)
                    .flatMap(pending -> outcome(ticket, limit))
                    .then()
                    .doFinally(signal -> leave(job, ticket)))
        .orElseGet(Mono::empty);
  }

  private static Mono<Awaited> outcome(Ticket ticket, Duration limit) {
    return Mono.fromFuture(ticket.outcome(), true)
        .timeout(limit, Mono.just(new Awaited.StillWorking()));
  }

  /** Asking for a reply never ends a job, whoever asks and however long. */
  private void leave(JobStatus job, Ticket ticket) {
    if (awaiter.leave(ticket)) {
      owed.make(job.jobId(), "nobody polls it here", () -> unwatch(job));
    }
  }

  private void unwatch(JobStatus job) {
    if (!awaiter.isAwaited(job.jobId())) {
      archive.unwatch(job.jobId(), gatewayId.value());
    }
  }

  /** Ends the job unless it has ended. Blocks for one round trip. */
  void cancel(JobStatus job) {
    cancel(job.jobId(), job.owner(), cancelled(job));
  }

  /** Ends a job whose request has no id, unless it has ended. Blocks for one round trip. */
  public Cancellation cancel(UUID jobId, String owner) {
    return cancel(jobId, owner, Reply.to(jobId, null, new Outcome.Cancelled(), speaker));
  }

  private Cancellation cancel(UUID jobId, String owner, Reply reply) {
    Cancellation cancellation = gate.cancel(jobId, owner, reply);
    if (cancellation == Cancellation.DONE) {
      ends.count(JobState.CANCELLED);
    }
    return cancellation;
  }

  private Reply cancelled(JobStatus job) {
    return Reply.to(job.jobId(), job.id(), new Outcome.Cancelled(), speaker);
  }
}
