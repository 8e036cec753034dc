/**
 * The embedded default: what a job needs around it when nothing else is there.
 *
 * <p>A job crosses two stores: Kafka, which must not lose it, and Redis, which must be fast. Here
 * both are the real ones, started on this machine's loopback and kept in one folder: a single-node
 * KRaft broker inside the JVM ({@link io.millrace.standalone.EmbeddedBroker}) and a Redis server as
 * a child process ({@link io.millrace.standalone.EmbeddedRedis}). {@link
 * io.millrace.standalone.Infrastructure} is the two together. {@link
 * io.millrace.standalone.Supervisor} adds a gateway and a worker, and is what {@code ./millrace up}
 * runs.
 *
 * <p>Nothing started here outlives the process that started it, not even when that is killed: see
 * {@link io.millrace.standalone.Lifeline}.
 */
@NullMarked
package io.millrace.standalone;

import org.jspecify.annotations.NullMarked;
