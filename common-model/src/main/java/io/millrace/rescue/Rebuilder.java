package io.millrace.rescue;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.job.MintedReply;
import io.millrace.queue.Completion;
import io.millrace.queue.JobCodec;
import io.millrace.queue.JobRecord;
import io.millrace.queue.Lane;
import io.millrace.queue.LaneProgress;
import io.millrace.queue.RecordPointer;
import io.millrace.queue.RecordReader;
import io.millrace.queue.UnreadableRecordException;
import io.millrace.store.LaneRepair;
import io.millrace.store.LaneRepair.Duty;
import io.millrace.store.LaneRepair.Logged;
import io.millrace.store.LaneRepair.Look;
import io.millrace.store.ShortMemory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
 * <p>The workers have done with the records of held jobs and of those that run, so these cannot be
 * told from ended ones in the log. Every instance remembers which they are, as of its last round.
 * It enqueues held ones again at once; others when their workers, or whoever knows their end, have
 * had the time to say so. Not thread-safe: one thread calls it.
 */
public final class Rebuilder {

  private static final Logger log = LoggerFactory.getLogger(Rebuilder.class);
  private static final Duration AT_MOST = Duration.ofSeconds(30);
  private static final int HELD_AT_MOST = 10_000;

  private final LaneRepair repair;
  private final LaneProgress progress;
  private final RecordReader records;
  private final Requeuer requeuer;
  private final ShortMemory memory;
  private final Times times;
  private final LongSupplier nanoTime;
  private final Counter rebuilt;
  private final String instance = UUID.randomUUID().toString();
  private final ClaimedJobs claimed;
  private Map<UUID, RecordPointer> held = Map.of();

  /** Claimed when Redis forgot them, and restored; perhaps their workers are gone as well. */
  private final Map<UUID, RecordPointer> unclaimed = new HashMap<>();

  private long unclaimedSince;
  private long lastSeenWhole;
  private final Set<JobRecord> owed = new HashSet<>();

  /** Which Redis this instance repairs, since when, and what it found there first. */
  private String repairing = "";

  private long repairingSince;
  private long oldestRestored;

  /**
   * How long it waits for others.
   *
   * @param others how long other processes have to tell again what they told, unless Redis was
   *     emptied, when all wait for the gate: more than the time between rounds
   * @param workers how long workers have to say that they run a job, from when Redis is there again
   */
  public record Times(Duration others, Duration workers) {}

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
        new Times(Duration.ZERO, Duration.ZERO),
        System::nanoTime,
        meters);
  }

  /**
   * @param memory of this process, told before anything else
   */
  public Rebuilder(
      LaneRepair repair,
      LaneProgress progress,
      RecordReader records,
      Requeuer requeuer,
      ShortMemory memory,
      Times times,
      LongSupplier nanoTime,
      MeterRegistry meters) {
    this.repair = repair;
    this.progress = progress;
    this.records = records;
    this.requeuer = requeuer;
    this.memory = memory;
    this.times = times;
    this.nanoTime = nanoTime;
    this.lastSeenWhole = nanoTime.getAsLong();
    this.claimed = new ClaimedJobs(repair, progress);
    this.rebuilt = meters.counter("millrace.queue.rebuilt");
  }

  /**
   * Rebuilds the lanes if they may lack a job, in one round or more. Asks for nothing when not.
   *
   * @param look of just now
   */
  public void rebuildIfNeeded(Look look) {
    enqueueOwed();
    memory.see(look);
    if (look.whole()) {
      lastSeenWhole = nanoTime.getAsLong();
      repairing = "";
      held = look.due().contains(Duty.HELD) ? repair.held(HELD_AT_MOST) : Map.of();
      enqueueUnclaimed();
      return;
    }
    claimed.forgetIfOld(lastSeenWhole);
    restoreHeld();
    restoreRunning();
    if (!repairing.equals(look.identity())) {
      if (!repair.begin(instance, AT_MOST)) {
        return;
      }
      restoreLanes();
      repairing = look.identity();
      repairingSince = nanoTime.getAsLong();
    }
    boolean emptied = look.since() == 0;
    if (emptied || nanoTime.getAsLong() - repairingSince >= times.others().toNanos()) {
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
    Map<Lane, Long> since = claimed.since();
    for (Lane lane : Lane.values()) {
      long start = progress.start(lane);
      Batch batch = new Batch();
      try (batch) {
        records.scan(lane, Math.min(start, since.getOrDefault(lane, start)), batch::add);
      }
      batch.restored.forEach(
          (jobId, record) -> {
            if (record.offset() < start) {
              unclaimed.put(jobId, record);
            }
          });
    }
    claimed.forgetSince();
  }

  /** Ends of jobs that Redis does not know of any more, and that their webhooks may have told. */
  private void writeCompletionsBack(long sinceMicros) {
    if (sinceMicros == Long.MAX_VALUE) {
      return;
    }
    Set<UUID> seen = new HashSet<>();
    records.scanCompletionsSince(
        Math.max(0, sinceMicros / 1000 - RecordReader.CLOCK_SKEW_MILLIS),
        bytes -> {
          try {
            Completion completion = JobCodec.decodeCompletion(bytes);
            UUID batchId = completion.batchId();
            if (batchId != null) {
              repair.batchTold(batchId, completion.jobId());
            } else if (seen.add(completion.jobId())) {
              MintedReply.of(completion.body())
                  .ifPresent(minted -> repair.writeBack(completion.jobId(), minted));
            }
          } catch (UnreadableRecordException e) {
            log.debug("A record among the completions is none of ours: {}", e.getMessage());
          }
        });
  }

  private void restoreHeld() {
    Map<UUID, RecordPointer> known = held;
    held = Map.of();
    restored(known).forEach((jobId, record) -> owed.add(new JobRecord(jobId, record)));
    enqueueOwed();
  }

  private void restoreRunning() {
    Map<UUID, RecordPointer> ran = claimed.takeRunning();
    unclaimed.putAll(ran);
    unclaimedSince = nanoTime.getAsLong();
    var unused = restored(ran);
  }

  /** Those of them that Redis did not know. */
  private Map<UUID, RecordPointer> restored(Map<UUID, RecordPointer> jobs) {
    Batch batch = new Batch();
    try (batch) {
      records.readEach(
          jobs.entrySet().stream().map(job -> new JobRecord(job.getKey(), job.getValue())).toList(),
          (job, bytes) -> batch.add(job.address(), bytes));
    }
    return batch.restored;
  }

  private void enqueueUnclaimed() {
    if (unclaimed.isEmpty() || nanoTime.getAsLong() - unclaimedSince < times.workers().toNanos()) {
      return;
    }
    // Who has waited for long meanwhile was taken for ended, and dropped.
    var unused = restored(unclaimed);
    List<JobRecord> again = new ArrayList<>();
    repair
        .unclaimed(unclaimed.keySet())
        .forEach(
            jobId ->
                Optional.ofNullable(unclaimed.get(jobId))
                    .ifPresent(each -> again.add(new JobRecord(jobId, each))));
    unclaimed.clear();
    // What fails here is settled later: these jobs wait, and Redis knows their records.
    requeuer.enqueueAgain(again);
  }

  /** Remembers which jobs run; every few seconds, but less than ends are remembered. */
  public void noteClaimed() {
    claimed.note(nanoTime.getAsLong());
  }

  private void enqueueOwed() {
    requeuer.enqueueAgain(owed);
    owed.clear();
  }

  /** Jobs on their way from the log into Redis, without their programs: a heap is small. */
  private final class Batch implements AutoCloseable {

    private static final int MOST = 200;

    private final List<Logged> jobs = new ArrayList<>();
    private final Map<UUID, RecordPointer> restored = new HashMap<>();

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
      Set<UUID> unknown = new HashSet<>(repair.restore(jobs));
      for (Logged logged : jobs) {
        if (unknown.contains(logged.job().jobId())) {
          oldestRestored = Math.min(oldestRestored, logged.job().acceptedAt());
          restored.put(logged.job().jobId(), logged.record());
        }
      }
      jobs.clear();
    }
  }
}
