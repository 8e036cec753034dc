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
import io.millrace.store.LaneRepair.Logged;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts the jobs of the log back into the lanes when Redis was emptied, and only then the gate opens
 * again; also when Redis was started again, since its last writes may be missing.
 *
 * <p>The workers have done with the records of held jobs, so these cannot be told from ended ones
 * in the log. Every instance remembers which they are, as of its last round, and enqueues them
 * again. Not thread-safe: one thread calls it.
 */
public final class Rebuilder {

  private static final Logger log = LoggerFactory.getLogger(Rebuilder.class);
  private static final Duration AT_MOST = Duration.ofSeconds(30);
  private static final int BATCH = 200;
  private static final int HELD_AT_MOST = 10_000;

  private final LaneRepair repair;
  private final LaneProgress progress;
  private final RecordReader records;
  private final Requeuer requeuer;
  private final Counter rebuilt;
  private final String instance = UUID.randomUUID().toString();
  private Map<UUID, RecordPointer> held = Map.of();
  private final Set<RecordPointer> owed = new HashSet<>();

  public Rebuilder(
      LaneRepair repair,
      LaneProgress progress,
      RecordReader records,
      Requeuer requeuer,
      MeterRegistry meters) {
    this.repair = repair;
    this.progress = progress;
    this.records = records;
    this.requeuer = requeuer;
    this.rebuilt = meters.counter("millrace.queue.rebuilt");
  }

  /** Rebuilds the lanes if they may lack a job. Cheap when not. */
  public void rebuildIfNeeded() {
    enqueueOwed();
    if (!repair.isNeeded()) {
      held = repair.held(HELD_AT_MOST);
      return;
    }
    restoreHeld();
    if (!repair.begin(instance, AT_MOST)) {
      return;
    }
    for (Lane lane : Lane.values()) {
      restore(lane);
    }
    if (repair.end(instance)) {
      rebuilt.increment();
      log.info("The lanes are rebuilt from the log; the gate is open");
    }
  }

  private void restore(Lane lane) {
    List<Logged> batch = new ArrayList<>();
    records.scan(
        lane,
        progress.start(lane),
        (record, bytes) -> {
          addIfReadable(batch, record, bytes);
          if (batch.size() == BATCH) {
            repair.goOn(AT_MOST);
            repair.restore(batch);
            batch.clear();
          }
        });
    repair.restore(batch);
  }

  private void restoreHeld() {
    List<Logged> remembered = new ArrayList<>();
    records
        .readAll(held.values())
        .forEach((record, bytes) -> addIfReadable(remembered, record, bytes));
    Map<UUID, RecordPointer> known = new HashMap<>(held);
    held = Map.of();
    for (UUID restored : repair.restore(remembered)) {
      RecordPointer record = known.get(restored);
      if (record != null) {
        owed.add(record);
      }
    }
    enqueueOwed();
  }

  private void enqueueOwed() {
    requeuer.enqueueAgain(owed);
    owed.clear();
  }

  private static void addIfReadable(List<Logged> jobs, RecordPointer record, byte[] bytes) {
    try {
      jobs.add(new Logged(JobCodec.decodeJob(bytes), record));
    } catch (UnreadableRecordException e) {
      log.debug("Record {} is no job of ours: {}", record, e.getMessage());
    }
  }
}
