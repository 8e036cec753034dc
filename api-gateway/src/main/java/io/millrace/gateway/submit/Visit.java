package io.millrace.gateway.submit;

import io.millrace.gateway.reply.Ticket;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One request from its valid body to its answer: all that is kept of it meanwhile. The program it
 * sent is not, so that many may wait.
 */
record Visit(
    UUID jobId,
    @Nullable String id,
    WaitFor waitFor,
    @Nullable Ticket ticket,
    CompletableFuture<Submitted> submitted) {}
