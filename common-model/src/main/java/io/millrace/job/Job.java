package io.millrace.job;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An accepted request: what a record in the queue says.
 *
 * @param jobId its name in every store, log line and reply
 * @param owner the name (never the secret) of the API key that sent it
 * @param request what to run
 * @param acceptedAt microseconds since the epoch by the clock of Redis
 * @param replyTo the gateway whose caller waits for the reply, or null when nobody waits
 * @param traceparent the W3C trace context of the request, or null
 */
public record Job(
    UUID jobId,
    String owner,
    ExecutionRequest request,
    long acceptedAt,
    @Nullable String replyTo,
    @Nullable String traceparent) {

  /** The same job as the step with this trace context knows it; null changes nothing. */
  public Job under(@Nullable String step) {
    return step == null ? this : new Job(jobId, owner, request, acceptedAt, replyTo, step);
  }
}
