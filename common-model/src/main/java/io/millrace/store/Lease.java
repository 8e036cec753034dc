package io.millrace.store;

import io.millrace.job.Job;
import io.millrace.queue.RecordPointer;

/**
 * The right to run a job and to say how it ended, until it lapses.
 *
 * @param attempt 1 for the first start; a result carries it, and a lower one is refused
 * @param startedAt microseconds since the epoch by the clock of Redis
 * @param record where the job's record is in the log
 */
public record Lease(Job job, int attempt, long startedAt, RecordPointer record) {}
