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
    List<String> network) {

  public Job {
    network = List.copyOf(network);
  }

  /** A job without network. */
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
        List.of());
  }

  /** A job without an Idempotency-Key and without network. */
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
    return new Job(
        jobId, owner, request, at, replyTo, traceparent, idempotencyKey, bodyDigest, network);
  }

  /** The same with this request. */
  public Job with(ExecutionRequest other) {
    return new Job(
        jobId, owner, other, acceptedAt, replyTo, traceparent, idempotencyKey, bodyDigest, network);
  }

  /** All of it but its program, which may be a megabyte: enough for what is told of it. */
  public Job withoutCode() {
    return with(request.withoutCode());
  }

  /** The same job as the step with this trace context knows it; null changes nothing. */
  public Job under(@Nullable String step) {
    return step == null
        ? this
        : new Job(
            jobId, owner, request, acceptedAt, replyTo, step, idempotencyKey, bodyDigest, network);
  }
}
