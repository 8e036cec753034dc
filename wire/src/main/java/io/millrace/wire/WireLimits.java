package io.millrace.wire;

import java.time.Duration;

/**
 * What a connection may cost.
 *
 * @param connections at once
 * @param headBytes of a request's head
 * @param bodyBytes of a request's body; twice as many may be held back
 * @param headTime from the first byte of a head to its end
 * @param idleTime between requests, and of an answer that its caller does not read
 */
public record WireLimits(
    int connections, int headBytes, long bodyBytes, Duration headTime, Duration idleTime) {}
