package io.millrace.store;

import io.millrace.job.JobState;
import io.millrace.job.Reply;
import io.millrace.job.ReplyBody;
import io.millrace.job.WideResults;
import io.millrace.queue.RecordPointer;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A job as its owner may see it. Times are microseconds since the epoch, null where not yet.
 *
 * @param wide whether it has results beside its own, as jobs of {@link Reply#JOBS_ENDPOINT} do
 * @param batchId its batch, or null
 * @param reply the reply's body or where it is, null until the job has ended
 * @param record where the job's record is in the log, null until a worker has seen it
 */
public record JobStatus(
    UUID jobId,
    String owner,
    @Nullable String id,
    JobState state,
    @Nullable Long acceptedAt,
    @Nullable Long startedAt,
    @Nullable Long finishedAt,
    int attempt,
    @Nullable String webhookUrl,
    boolean wide,
    @Nullable UUID batchId,
    @Nullable ReplyBody reply,
    @Nullable RecordPointer record) {

  /** The same with the body of its reply, or without. */
  public JobStatus withReply(@Nullable ReplyBody body) {
    return new JobStatus(
        jobId,
        owner,
        id,
        state,
        acceptedAt,
        startedAt,
        finishedAt,
        attempt,
        webhookUrl,
        wide,
        batchId,
        body,
        record);
  }

  /** What a reply to it begins with, when it has ended without a result. */
  public Reply.About about() {
    WideResults results = wide ? WideResults.NONE : null;
    return batchId == null
        ? new Reply.About(jobId, id, results)
        : new Reply.About(jobId, id, results, Reply.BATCHES_ENDPOINT);
  }

  /** The reply's body when it is at hand; null before the end, and while it is in the log. */
  public @Nullable String replyText() {
    return reply instanceof ReplyBody.Whole whole ? whole.text() : null;
  }
}
