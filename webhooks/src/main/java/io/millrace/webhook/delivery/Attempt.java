package io.millrace.webhook.delivery;

import org.jspecify.annotations.Nullable;

/**
 * One attempt, as it is kept and shown.
 *
 * @param at its start, milliseconds since the epoch
 * @param durationMs until its outcome was known
 * @param status of the answer, null where there was none
 * @param detail a sentence for people
 */
public record Attempt(
    long at, long durationMs, String outcome, @Nullable Integer status, String detail) {}
