package io.millrace.gateway.job;

import io.millrace.gateway.queue.OwedCalls;
import io.millrace.gateway.queue.StoreCalls;
import io.millrace.gateway.reply.GatewayId;
import io.millrace.gateway.reply.ReplyAwaiter;
import io.millrace.gateway.reply.Waiter;
import io.millrace.store.JobArchive;
import io.millrace.store.JobArchive.Pending;
import io.millrace.store.JobStatus;
import java.time.Duration;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** Waits for the end of a job that was asked for. Never ends it, whoever asks and however long. */
@Component
final class JobPoll {

  private final ReplyAwaiter awaiter;
  private final JobArchive archive;
  private final GatewayId gatewayId;
  private final StoreCalls stores;
  private final OwedCalls owed;

  JobPoll(
      ReplyAwaiter awaiter,
      JobArchive archive,
      GatewayId gatewayId,
      StoreCalls stores,
      OwedCalls owed) {
    this.awaiter = awaiter;
    this.archive = archive;
    this.gatewayId = gatewayId;
    this.stores = stores;
    this.owed = owed;
  }

  /** Completes when the job has ended, the time is over, or nobody else can wait here. */
  Mono<Void> await(JobStatus job, Duration limit) {
    return awaiter
        .expect(job.jobId())
        .map(
            waiter ->
                stores
                    .run(() -> archive.watch(job.jobId(), gatewayId.value()))
                    .filter(Pending.class::isInstance)
                    .flatMap(pending -> waiter.await(limit))
                    .then()
                    .doFinally(signal -> leave(job, waiter)))
        .orElseGet(Mono::empty);
  }

  private void leave(JobStatus job, Waiter waiter) {
    if (waiter.leave()) {
      owed.make(job.jobId(), "nobody polls it here", () -> unwatch(job));
    }
  }

  private void unwatch(JobStatus job) {
    if (!awaiter.isAwaited(job.jobId())) {
      archive.unwatch(job.jobId(), gatewayId.value());
    }
  }
}
