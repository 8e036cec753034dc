package io.millrace.gateway.submit;

import io.millrace.gateway.auth.Caller;
import io.millrace.job.ExecutionRequest;
import io.millrace.job.Job;
import io.millrace.store.AdmissionGate.Candidate;
import io.millrace.store.AdmissionGate.Idempotency;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A valid request on its way into the queue.
 *
 * @param waitFor how long its caller wants to wait
 * @param waitingGateway the gateway whose caller waits, or null
 * @param traceparent the W3C trace context, or null
 */
public record Submission(
    UUID jobId,
    Caller caller,
    ExecutionRequest request,
    WaitFor waitFor,
    @Nullable String waitingGateway,
    @Nullable Idempotency idempotency,
    @Nullable String traceparent) {

  Candidate candidate() {
    return new Candidate(
        jobId, caller.owner(), request, waitingGateway, caller.limits(), idempotency);
  }

  /** The same under a step of its trace; null changes nothing. */
  Submission under(@Nullable String step) {
    return step == null
        ? this
        : new Submission(jobId, caller, request, waitFor, waitingGateway, idempotency, step);
  }

  Job job(long acceptedAt) {
    return new Job(
        jobId,
        caller.owner(),
        request,
        acceptedAt,
        waitingGateway,
        traceparent,
        idempotency == null ? null : idempotency.key(),
        idempotency == null ? null : idempotency.bodyDigest());
  }
}
