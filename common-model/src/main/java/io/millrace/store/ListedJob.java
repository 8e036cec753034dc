package io.millrace.store;

import org.jspecify.annotations.Nullable;

/**
 * A job in a list: without its reply.
 *
 * @param reason the stable word for why it failed; null where it did not
 * @param webhookState the state of its delivery; null where none was asked for or it has not begun
 */
public record ListedJob(JobStatus job, @Nullable String reason, @Nullable String webhookState) {}
