/**
 * What must not be lost: jobs and completions, as records of Kafka. {@link
 * io.millrace.queue.JobQueue} writes them, {@link io.millrace.queue.JobCodec} is their form, {@link
 * io.millrace.queue.Topics} makes and checks the places they are kept in, and {@link
 * io.millrace.queue.RecordReader} reads one again by its address: the log keeps every record far
 * longer than a job can wait, so a job's code is never copied anywhere else.
 */
@NullMarked
package io.millrace.queue;

import org.jspecify.annotations.NullMarked;
