package io.millrace.gateway.admission;

import io.millrace.gateway.error.ApiError;
import io.millrace.queue.Lane;
import java.util.UUID;

/** What became of a job at the gate. */
public sealed interface Verdict {

  /**
   * Let in and counted.
   *
   * @param queueLength jobs that wait, with this one
   * @param acceptedAt microseconds since the epoch by the clock of Redis
   */
  record LetIn(Lane lane, long queueLength, long acceptedAt) implements Verdict {}

  /** Its idempotency key is known and the first job has ended: the first reply is due. */
  record Repeat(UUID firstJobId) implements Verdict {}

  /** Told no. */
  record No(ApiError error) implements Verdict {}
}
