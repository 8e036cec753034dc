package io.millrace.rescue;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.job.MintedReply;
import io.millrace.queue.Completion;
import io.millrace.queue.JobCodec;
import io.millrace.queue.Lane;
import io.millrace.queue.LaneProgress;
import io.millrace.queue.RecordPointer;
import io.millrace.queue.RecordReader;
import io.millrace.queue.UnreadableRecordException;
import io.millrace.store.LaneRepair;
import io.millrace.store.LaneRepair.Logged;
import io.millrace.store.LaneRepair.Look;
import io.millrace.store.ShortMemory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts the jobs of the log back into the lanes when Redis was emptied, and only then the gate opens
 * again; also when Redis was started again or a replica took over, since its last writes may be
 * missing: then it also writes back the ends that the log of completions tells of, and gives every
 * process the time to tell again what it told lately.
 *
 * <p>The workers have done with the records of held jobs, so these cannot be told from ended ones
 * in the log. Every instance remembers which they are, as of its last round, and enqueues them
 * again. Not thread-safe: one thread calls it.
 */
public final class Rebuilder {

  private static final Logger log = LoggerFactory.getLogger(Rebuilder.class);
  private static final Duration AT_MOST = Duration.ofSeconds(30);
  private static final int HELD_AT_MOST = 10_000;

  /** How far the clocks of Redis and of the broker may be apart. */
  private static final long CLOCK_SKEW_MILLIS = 60_000;

  private final LaneRepair repair;
  private final LaneProgress progress;
  private final RecordReader records;
  private final Requeuer requeuer;
  private final ShortMemory memory;
  private final Duration othersTime;
  private final LongSupplier nanoTime;
  private final Counter rebuilt;
  private final String instance = UUID.randomUUID().toString();
  private Map<UUID, RecordPointer> held = Map.of();
  private final Set<RecordPointer> owed = new HashSet<>();

  /** Which Redis this instance repairs, since when, and what it found there first. */
  private String repairing = "";

  private long repairingSince;
  private long oldestRestored;

  /** One that waits for nobody, and has nothing to tell again. */
  public Rebuilder(
      LaneRepair repair,
      LaneProgress progress,
      RecordReader records,
      Requeuer requeuer,
      MeterRegistry meters) {
    this(
        repair,
        progress,
        records,
        requeuer,
        new ShortMemory(),
        Duration.ZERO,
        System::nanoTime,
        meters);
  }

  /**
   * @param memory of this process, told before anything else
   * @param othersTime how long other processes have for theirs, unless Redis was emptied, when all
   *     wait for the gate: more than the time between rounds
   */
  public Rebuilder(
      LaneRepair repair,
      LaneProgress progress,
      RecordReader records,
      Requeuer requeuer,
      ShortMemory memory,
      Duration othersTime,
      LongSupplier nanoTime,
      MeterRegistry meters) {
    this.repair = repair;
    this.progress = progress;
    this.records = records;
    this.requeuer = requeuer;
    this.memory = memory;
    this.othersTime = othersTime;
    this.nanoTime = nanoTime;
    this.rebuilt = meters.counter("millrace.queue.rebuilt");
  }

  /** Rebuilds the lanes if they may lack a job, in one round or more. Cheap when not. */
  public void rebuildIfNeeded() {
    enqueueOwed();
    Look look = repair.look();
    memory.see(look);
    if (look.whole()) {
      repairing = "";
      held = repair.held(HELD_AT_MOST);
      return;
    }
    restoreHeld();
    if (!repairing.equals(look.identity())) {
      if (!repair.begin(instance, AT_MOST)) {
        return;
      }
      restoreLanes();
      repairing = look.identity();
      repairingSince = nanoTime.getAsLong();
    }
    boolean emptied = look.since() == 0;
    if (emptied || nanoTime.getAsLong() - repairingSince >= othersTime.toNanos()) {
      repair.goOn(AT_MOST);
      end(look);
    }
  }

  private void end(Look look) {
    writeCompletionsBack(look.since() > 0 ? look.since() : oldestRestored);
    repairing = "";
    if (repair.end(instance)) {
      rebuilt.increment();
      log.info("The lanes are rebuilt from the log; the gate is open");
    }
  }

  private void restoreLanes() {
    oldestRestored = Long.MAX_VALUE;
    for (Lane lane : Lane.values()) {
      try (Batch batch = new Batch()) {
        records.scan(lane, progress.start(lane), batch::add);
      }
    }
  }

  /** Ends of jobs that Redis does not know of any more, and that their webhooks may have told. */
  private void writeCompletionsBack(long sinceMicros) {
    if (sinceMicros == Long.MAX_VALUE) {
      return;
    }
    Set<UUID> seen = new HashSet<>();
    records.scanCompletionsSince(
        Math.max(0, sinceMicros / 1000 - CLOCK_SKEW_MILLIS),
        bytes -> {
          try {
            Completion completion = JobCodec.decodeCompletion(bytes);
            if (seen.add(completion.jobId())) {
              MintedReply.of(completion.body())
                  .ifPresent(minted -> repair.writeBack(completion.jobId(), minted));
            }
          } catch (UnreadableRecordException e) {
            log.debug("A record among the completions is none of ours: {}", e.getMessage());
          }
        });
  }

  private void restoreHeld() {
    Map<UUID, RecordPointer> known = new HashMap<>(held);
    held = Map.of();
    try (Batch batch = new Batch()) {
      records.readEach(known.values(), batch::add);
      batch.close();
      batch.restored.forEach(
          jobId -> {
            RecordPointer record = known.get(jobId);
            if (record != null) {
              owed.add(record);
            }
          });
    }
    enqueueOwed();
  }

  private void enqueueOwed() {
    requeuer.enqueueAgain(owed);
    owed.clear();
  }

  /** Jobs on their way from the log into Redis, without their programs: a heap is small. */
  private final class Batch implements AutoCloseable {

    private static final int MOST = 200;

    private final List<Logged> jobs = new ArrayList<>();
    private final List<UUID> restored = new ArrayList<>();

    void add(RecordPointer record, byte[] bytes) {
      try {
        jobs.add(new Logged(JobCodec.decodeJob(bytes).withoutCode(), record));
      } catch (UnreadableRecordException e) {
        log.debug("Record {} is no job of ours: {}", record, e.getMessage());
      }
      if (jobs.size() == MOST) {
        repair.goOn(AT_MOST);
        close();
      }
    }

    @Override
    public void close() {
      List<UUID> known = repair.restore(jobs);
      Set<UUID> each = new HashSet<>(known);
      for (Logged logged : jobs) {
        if (each.contains(logged.job().jobId())) {
          oldestRestored = Math.min(oldestRestored, logged.job().acceptedAt());
        }
      }
      restored.addAll(known);
      jobs.clear();
    }
  }
}
