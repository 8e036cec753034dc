/**
 * One job, from the request that describes it to the reply that ends it. Nothing here knows Kafka,
 * Redis or HTTP: the gateway makes a {@link io.millrace.job.Job} of an {@link
 * io.millrace.job.ExecutionRequest}, a worker turns it into an {@link io.millrace.job.Outcome},
 * {@link io.millrace.job.Reply} puts that on the wire, and {@link io.millrace.job.JobState} says
 * which moves are allowed in between.
 */
@NullMarked
package io.millrace.job;

import org.jspecify.annotations.NullMarked;
