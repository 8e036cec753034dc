package io.millrace.webhook.delivery;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A delivery as its owner may see it.
 *
 * @param nextAttemptAt milliseconds since the epoch, null where none will be made
 * @param attemptCount of all attempts
 * @param attempts the last of them, oldest first
 */
public record DeliveryReport(
    UUID jobId,
    String owner,
    String url,
    DeliveryState state,
    @Nullable Long nextAttemptAt,
    int attemptCount,
    List<Attempt> attempts) {}
