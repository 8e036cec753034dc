package io.millrace.rescue;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.queue.JobCodec;
import io.millrace.queue.JobQueue;
import io.millrace.queue.RecordPointer;
import io.millrace.queue.RecordReader;
import io.millrace.queue.UnreadableRecordException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Enqueues jobs' records once more. Thread-safe; blocks until the broker has confirmed them. */
public final class Requeuer {

  private static final Logger log = LoggerFactory.getLogger(Requeuer.class);

  /** Bytes of records that are on their way at once, so that a small heap bears large ones. */
  private static final int IN_HAND = 8 << 20;

  private final RecordReader records;
  private final JobQueue queue;
  private final Counter requeued;

  public Requeuer(RecordReader records, JobQueue queue, MeterRegistry meters) {
    this.records = records;
    this.queue = queue;
    this.requeued = meters.counter("millrace.records.requeued");
  }

  /** Copies the record to the end of its lane. A second copy does no harm: one claim wins. */
  public void enqueueAgain(RecordPointer record) {
    enqueueAgain(List.of(record));
  }

  /** Copies the records to the ends of their lanes. */
  public void enqueueAgain(Collection<RecordPointer> wanted) {
    copy(wanted, (record, job) -> true);
  }

  /**
   * Copies the records of these jobs to the ends of their lanes.
   *
   * @return those that the log has let go of, or whose offsets it has used again for another job's:
   *     their own jobs cannot run again
   */
  public Set<RecordPointer> enqueueAgain(Map<RecordPointer, UUID> wanted) {
    return copy(wanted.keySet(), (record, job) -> isOf(wanted.get(record), job));
  }

  private static boolean isOf(@Nullable UUID jobId, byte[] record) {
    try {
      return JobCodec.decodeJob(record).jobId().equals(jobId);
    } catch (UnreadableRecordException e) {
      return false;
    }
  }

  private Set<RecordPointer> copy(
      Collection<RecordPointer> wanted, BiPredicate<RecordPointer, byte[]> good) {
    Set<RecordPointer> gone = new HashSet<>(wanted);
    List<CompletableFuture<?>> sent = new ArrayList<>();
    long[] bytes = {0};
    records.readEach(
        wanted,
        (record, job) -> {
          if (!good.test(record, job)) {
            return;
          }
          if (bytes[0] + job.length > IN_HAND) {
            awaitAll(sent);
            bytes[0] = 0;
          }
          bytes[0] += job.length;
          sent.add(queue.enqueue(record.lane(), job));
          gone.remove(record);
        });
    awaitAll(sent);
    requeued.increment(wanted.size() - gone.size());
    gone.forEach(
        each -> log.error("Record {} is not in the log any more; its job cannot run again", each));
    return gone;
  }

  private static void awaitAll(List<CompletableFuture<?>> sent) {
    CompletableFuture.allOf(sent.toArray(CompletableFuture[]::new)).join();
    sent.clear();
  }
}
