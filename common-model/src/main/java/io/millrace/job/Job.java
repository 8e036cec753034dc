package io.millrace.job;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A request with what the service knows of it: at the gate, in the queue, and with the worker that
 * runs it.
 *
 * @param jobId its name in every store, log line and reply
 * @param owner the name (never the secret) of the API key that sent it
 * @param request what to run
 * @param acceptedAt microseconds since the epoch by the clock of Redis; 0 until the gate lets it in
 * @param replyTo the gateway whose caller waits for the reply, or null when nobody waits
 * @param traceparent the W3C trace context of the request, or null
 * @param idempotencyKey the request's Idempotency-Key, or null; with it, {@code bodyDigest} tells
 *     its body from another
 * @param network host patterns that its program may reach, each in its one form; empty: none
 * @param batch its place in the batch that it came with, or null
 */
public record Job(
    UUID jobId,
    String owner,
    ExecutionRequest request,
    long acceptedAt,
    @Nullable String replyTo,
    @Nullable String traceparent,
    @Nullable String idempotencyKey,
    @Nullable String bodyDigest,
    List<String> network,
    @Nullable BatchPart batch) {

  public Job {
    network = List.copyOf(network);
  }

  /** A job of no batch, without network. */
  public Job(
      UUID jobId,
      String owner,
      ExecutionRequest request,
      long acceptedAt,
      @Nullable String replyTo,
      @Nullable String traceparent,
      @Nullable String idempotencyKey,
      @Nullable String bodyDigest) {
    this(
        jobId,
        owner,
        request,
        acceptedAt,
        replyTo,
        traceparent,
        idempotencyKey,
        bodyDigest,
        List.of(),
        null);
  }

  /** A job of no batch, without an Idempotency-Key and without network. */
  public Job(
      UUID jobId,
      String owner,
      ExecutionRequest request,
      long acceptedAt,
      @Nullable String replyTo,
      @Nullable String traceparent) {
    this(jobId, owner, request, acceptedAt, replyTo, traceparent, null, null);
  }

  /** The same, let in by the gate at this time. */
  public Job accepted(long at) {
    return changed(jobId, request, at, traceparent, batch);
  }

  /** All of it but its program, which may be a megabyte: enough for what is told of it. */
  public Job withoutCode() {
    return with(request.withoutCode());
  }

  /** The same job with this to run. */
  public Job with(ExecutionRequest other) {
    return changed(jobId, other, acceptedAt, traceparent, batch);
  }

  /** The same job as the step with this trace context knows it; null changes nothing. */
  public Job under(@Nullable String step) {
    return step == null ? this : changed(jobId, request, acceptedAt, step, batch);
  }

  /** Another job that is like this one, at this place of a batch. */
  public Job in(BatchPart place, UUID otherId) {
    return changed(otherId, request, acceptedAt, traceparent, place);
  }

  private Job changed(
      UUID id, ExecutionRequest run, long at, @Nullable String trace, @Nullable BatchPart place) {
    return new Job(id, owner, run, at, replyTo, trace, idempotencyKey, bodyDigest, network, place);
  }
}
