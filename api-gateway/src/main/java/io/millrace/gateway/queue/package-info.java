/**
 * How the queue does: {@link io.millrace.gateway.queue.QueueMonitor} looks each second whether
 * Kafka and Redis are there and how long the queue is, for a fast no, for the health group {@code
 * dependencies}, and for the numbers in every reply's head; {@link
 * io.millrace.gateway.queue.QueueController} shows it; {@link io.millrace.gateway.queue.StoreCalls}
 * is the one bounded place where requests wait for either.
 */
@NullMarked
package io.millrace.gateway.queue;

import org.jspecify.annotations.NullMarked;
