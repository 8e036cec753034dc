package io.millrace.queue;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The end of a job whose webhook must hear of it; {@code body} is the reply as it is sent. */
public record Completion(
    UUID jobId, String owner, String webhookUrl, String body, @Nullable String traceparent) {}
