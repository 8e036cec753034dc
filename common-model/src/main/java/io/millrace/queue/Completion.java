package io.millrace.queue;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The end of a job, or of a batch, whose webhook must hear of it.
 *
 * @param jobId what the message is known by: the job, or the batch's delivery
 * @param body what is sent: the job's reply, or the batch's state
 * @param batchId the batch that has ended; null for a job
 */
public record Completion(
    UUID jobId,
    String owner,
    String webhookUrl,
    String body,
    @Nullable String traceparent,
    @Nullable UUID batchId) {

  /** The end of a job. */
  public Completion(
      UUID jobId, String owner, String webhookUrl, String body, @Nullable String traceparent) {
    this(jobId, owner, webhookUrl, body, traceparent, null);
  }
}
