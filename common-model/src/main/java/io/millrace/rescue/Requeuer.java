package io.millrace.rescue;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.queue.JobQueue;
import io.millrace.queue.RecordPointer;
import io.millrace.queue.RecordReader;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Enqueues jobs' records once more. Thread-safe; blocks until the broker has confirmed them. */
public final class Requeuer {

  private static final Logger log = LoggerFactory.getLogger(Requeuer.class);

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

  /**
   * Copies the records to the ends of their lanes.
   *
   * @return those that the log has let go of: their jobs cannot run again
   */
  public Set<RecordPointer> enqueueAgain(Collection<RecordPointer> wanted) {
    Map<RecordPointer, byte[]> found = records.readAll(wanted);
    CompletableFuture.allOf(
            found.entrySet().stream()
                .map(each -> queue.enqueue(each.getKey().lane(), each.getValue()))
                .toArray(CompletableFuture[]::new))
        .join();
    requeued.increment(found.size());
    Set<RecordPointer> gone = new HashSet<>(wanted);
    gone.removeAll(found.keySet());
    gone.forEach(each -> log.error("Record {} has left the log; its job cannot run again", each));
    return gone;
  }
}
