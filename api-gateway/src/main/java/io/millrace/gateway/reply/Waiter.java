package io.millrace.gateway.reply;

import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import reactor.core.publisher.Mono;

/** One caller that waits for the reply of one job, from when its place is taken. Thread-safe. */
public final class Waiter {

  private final UUID jobId;
  private final ReplyAwaiter awaiter;
  private final CompletableFuture<Optional<ExecutionReply>> reply = new CompletableFuture<>();

  Waiter(UUID jobId, ReplyAwaiter awaiter) {
    this.jobId = jobId;
    this.awaiter = awaiter;
  }

  /** The reply; empty when the time is over or the gateway stops. Never an error. */
  public Mono<Optional<ExecutionReply>> await(Duration limit) {
    return Mono.fromFuture(reply, true).timeout(limit, Mono.just(Optional.empty()));
  }

  /** Gives the place back; true, once, when nobody here waits for the job any more. */
  public boolean leave() {
    return awaiter.leave(this);
  }

  UUID jobId() {
    return jobId;
  }

  CompletableFuture<Optional<ExecutionReply>> reply() {
    return reply;
  }
}
