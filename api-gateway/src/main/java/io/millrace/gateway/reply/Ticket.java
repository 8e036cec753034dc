package io.millrace.gateway.reply;

import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** One caller's place in the waiting room. */
public final class Ticket {

  private final UUID jobId;
  private final CompletableFuture<Awaited> outcome = new CompletableFuture<>();

  Ticket(UUID jobId) {
    this.jobId = jobId;
  }

  /** The job it waits for. */
  public UUID jobId() {
    return jobId;
  }

  /** Completes once, never exceptionally. */
  public CompletableFuture<Awaited> outcome() {
    return outcome;
  }
}
