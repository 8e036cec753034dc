package io.millrace.gateway.submit;

import io.millrace.gateway.error.ApiError;
import java.util.UUID;

/** What became of a submission. */
sealed interface Submitted {

  /** Durable: it will reach its end. {@code queueLength} counts it. */
  record Accepted(UUID jobId, long queueLength) implements Submitted {}

  /** Nothing new: the first request with this idempotency key has a reply already. */
  record Repeated(UUID firstJobId) implements Submitted {}

  /** It will never run. */
  record Refused(ApiError error) implements Submitted {}
}
