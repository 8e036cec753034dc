package io.millrace.rescue;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.queue.JobCodec;
import io.millrace.queue.Lane;
import io.millrace.queue.LaneProgress;
import io.millrace.queue.RecordPointer;
import io.millrace.queue.RecordReader;
import io.millrace.queue.UnreadableRecordException;
import io.millrace.store.LaneRepair;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes Redis agree with the log. After Redis was emptied it puts the jobs of the log back into
 * their lanes, and only then the gate opens. At all times it settles jobs that wait for a record
 * that is not there: a gateway died before it sent it, or a copy was lost on its way.
 *
 * <p>How it knows: it notes, now and then, the time and the end of each lane. When the workers have
 * passed such an end, every record that was enqueued before that time has been taken; a job that
 * still waits since before then has none. Not thread-safe: one thread calls it.
 */
public final class Reconciler {

  private static final Logger log = LoggerFactory.getLogger(Reconciler.class);
  private static final Duration REPAIR_AT_MOST = Duration.ofSeconds(30);
  private static final int BATCH = 200;
  private static final int MARKS = 120;

  /** A record may arrive this much later than its job was admitted: the producer's patience. */
  private static final long SEND_GRACE_MICROS = 10_000_000;

  private record Mark(long time, Map<Lane, Long> ends) {}

  private final LaneRepair repair;
  private final LaneProgress progress;
  private final RecordReader records;
  private final Requeuer requeuer;
  private final String instance = UUID.randomUUID().toString();
  private final Deque<Mark> marks = new ArrayDeque<>();
  private final Counter settled;

  public Reconciler(
      LaneRepair repair,
      LaneProgress progress,
      RecordReader records,
      Requeuer requeuer,
      MeterRegistry meters) {
    this.repair = repair;
    this.progress = progress;
    this.records = records;
    this.requeuer = requeuer;
    this.settled = meters.counter("millrace.queue.settled");
  }

  /** Rebuilds the lanes if Redis was emptied. Cheap when it was not. */
  public void rebuildIfEmptied() {
    if (!repair.isNeeded() || !repair.begin(instance, REPAIR_AT_MOST)) {
      return;
    }
    for (Lane lane : Lane.values()) {
      records.scan(lane, progress.start(lane), this::restore);
    }
    repair.end(instance);
    log.info("The lanes are rebuilt from the log; the gate is open");
  }

  /** One round of settling. */
  public void settle() {
    Map<Lane, Long> ends = new EnumMap<>(Lane.class);
    long now = repair.now();
    for (Lane lane : Lane.values()) {
      ends.put(lane, progress.end(lane));
    }
    marks.addLast(new Mark(now, ends));
    if (marks.size() > MARKS) {
      marks.removeFirst();
    }
    for (Lane lane : Lane.values()) {
      settle(lane, progress.start(lane));
    }
  }

  private void settle(Lane lane, long start) {
    long passed =
        marks.stream()
            .filter(mark -> mark.ends().getOrDefault(lane, Long.MAX_VALUE) <= start)
            .mapToLong(Mark::time)
            .max()
            .orElse(0);
    long queuedBefore = passed - SEND_GRACE_MICROS;
    for (LaneRepair.Waiting waiting : repair.oldest(lane, BATCH)) {
      if (waiting.queuedAt() < queuedBefore) {
        log.warn("Job {} waits for a record that is not in the queue; settled", waiting.jobId());
        repair.settle(waiting.jobId(), queuedBefore).ifPresent(requeuer::enqueueAgain);
        settled.increment();
      }
    }
  }

  private void restore(RecordPointer record, byte[] bytes) {
    try {
      repair.restore(JobCodec.decodeJob(bytes), record);
    } catch (UnreadableRecordException e) {
      log.debug("Record {} is no job of ours: {}", record, e.getMessage());
    }
  }
}
