package io.millrace.rescue;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.queue.JobQueue;
import io.millrace.queue.JobRecord;
import io.millrace.queue.RecordReader;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Enqueues jobs' records once more, and ends the jobs whose records are gone. Thread-safe; blocks
 * until the broker has confirmed them.
 */
public final class Requeuer {

  /** Bytes of records that are on their way at once, so that a small heap bears large ones. */
  private static final int IN_HAND = 8 << 20;

  private final RecordReader records;
  private final JobQueue queue;
  private final LastResort lastResort;
  private final Counter requeued;

  public Requeuer(
      RecordReader records, JobQueue queue, LastResort lastResort, MeterRegistry meters) {
    this.records = records;
    this.queue = queue;
    this.lastResort = lastResort;
    this.requeued = meters.counter("millrace.records.requeued");
  }

  /** Copies a waiting job's record to the end of its lane. */
  public void enqueueAgain(JobRecord job) {
    enqueueAgain(List.of(job));
  }

  /**
   * Copies the records of waiting jobs to the ends of their lanes. A second copy does no harm: one
   * claim wins. A job ends as failed whose record the log has let go of, or has another's in place
   * of.
   */
  public void enqueueAgain(Collection<JobRecord> jobs) {
    Set<JobRecord> gone = new HashSet<>(jobs);
    List<CompletableFuture<?>> sent = new ArrayList<>();
    long[] bytes = {0};
    records.readEach(
        jobs,
        (job, record) -> {
          if (bytes[0] + record.length > IN_HAND) {
            awaitAll(sent);
            bytes[0] = 0;
          }
          bytes[0] += record.length;
          sent.add(queue.enqueue(job.address().lane(), record));
          gone.remove(job);
        });
    awaitAll(sent);
    requeued.increment(jobs.size() - gone.size());
    gone.forEach(job -> lastResort.recordGone(job.jobId()));
  }

  private static void awaitAll(List<CompletableFuture<?>> sent) {
    CompletableFuture.allOf(sent.toArray(CompletableFuture[]::new)).join();
    sent.clear();
  }
}
