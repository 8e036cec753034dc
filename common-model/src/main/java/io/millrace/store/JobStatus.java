package io.millrace.store;

import io.millrace.job.JobState;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A job as its owner may see it. Times are microseconds since the epoch, null where not yet.
 *
 * @param reply the reply's body, null until the job has ended
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
    @Nullable String reply) {}
