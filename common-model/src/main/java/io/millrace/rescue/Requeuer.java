package io.millrace.rescue;

import io.millrace.queue.JobQueue;
import io.millrace.queue.RecordPointer;
import io.millrace.queue.RecordReader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Enqueues a job's record once more. Thread-safe; blocks until the broker has confirmed it. */
public final class Requeuer {

  private static final Logger log = LoggerFactory.getLogger(Requeuer.class);

  private final RecordReader records;
  private final JobQueue queue;

  public Requeuer(RecordReader records, JobQueue queue) {
    this.records = records;
    this.queue = queue;
  }

  /** Copies the record to the end of its lane. A second copy does no harm: one claim wins. */
  public void enqueueAgain(RecordPointer record) {
    records
        .read(record)
        .ifPresentOrElse(
            bytes -> queue.enqueue(record.lane(), bytes).join(),
            () -> log.error("Record {} has left the log; its job cannot run again", record));
  }
}
