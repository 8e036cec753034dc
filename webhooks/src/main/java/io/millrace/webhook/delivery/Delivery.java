package io.millrace.webhook.delivery;

import java.util.UUID;

/**
 * A delivery that this gateway has taken and holds by a lease.
 *
 * @param offset of the message in the log of completions
 * @param bytes of the message
 * @param step how many attempts were made since it was last sent by hand, or ever
 * @param token of the lease: who comes later has a higher one
 */
public record Delivery(
    UUID jobId, String owner, String url, long offset, int bytes, int step, long token) {}
