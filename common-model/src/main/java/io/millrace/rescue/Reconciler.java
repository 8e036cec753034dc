package io.millrace.rescue;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.job.AboutJob;
import io.millrace.queue.JobCodec;
import io.millrace.queue.JobRecord;
import io.millrace.queue.Lane;
import io.millrace.queue.LaneProgress;
import io.millrace.queue.RecordPointer;
import io.millrace.queue.RecordReader;
import io.millrace.queue.TopicIds;
import io.millrace.queue.UnreadableRecordException;
import io.millrace.store.LaneRepair;
import io.millrace.store.LaneRepair.Again;
import io.millrace.store.LaneRepair.Moving;
import io.millrace.store.LaneRepair.Unseen;
import io.millrace.store.LaneRepair.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settles jobs that wait for a record that will not come: a gateway died before it sent it, a copy
 * was lost on its way, or Redis forgot that the job had been taken.
 *
 * <p>How it knows: it notes, now and then, the time and the end of each lane. When the workers have
 * passed such an end, every record that was enqueued before that time has been taken; a job that
 * still waits since before then has none. Not thread-safe: one thread calls it.
 */
public final class Reconciler {

  private static final Logger log = LoggerFactory.getLogger(Reconciler.class);
  private static final int BATCH = 200;

  /** A record may arrive this much later than its job was admitted: the producer's patience. */
  private static final Duration SEND_GRACE = Duration.ofSeconds(10);

  private final LaneRepair repair;
  private final LaneProgress progress;
  private final TopicIds topics;
  private final RecordReader records;
  private final Requeuer requeuer;
  private final LastResort lastResort;
  private final LaneMarks marks = new LaneMarks();
  private final Counter settled;
  private final long sendGraceMicros;

  public Reconciler(
      LaneRepair repair,
      LaneProgress progress,
      TopicIds topics,
      RecordReader records,
      Requeuer requeuer,
      LastResort lastResort,
      MeterRegistry meters) {
    this(repair, progress, topics, records, requeuer, lastResort, meters, SEND_GRACE);
  }

  Reconciler(
      LaneRepair repair,
      LaneProgress progress,
      TopicIds topics,
      RecordReader records,
      Requeuer requeuer,
      LastResort lastResort,
      MeterRegistry meters,
      Duration sendGrace) {
    this.repair = repair;
    this.progress = progress;
    this.topics = topics;
    this.records = records;
    this.requeuer = requeuer;
    this.lastResort = lastResort;
    this.sendGraceMicros = sendGrace.toNanos() / 1000;
    this.settled = meters.counter("millrace.queue.settled");
  }

  /** Lets held jobs go on whose owner has room for them. Cheap when there are none. */
  public void resumeHeld() {
    requeuer.enqueueAgain(repair.resume(BATCH));
  }

  /** One round of settling. */
  public void settle() {
    long now = repair.now();
    Map<Lane, Long> ends = progress.ends();
    Map<Lane, Long> starts = new EnumMap<>(Lane.class);
    Map<Lane, String> ids = new EnumMap<>(Lane.class);
    for (Lane lane : Lane.values()) {
      starts.put(lane, progress.start(lane));
      // Asked last: what was read before is of this topic, or of one of before that marks forget.
      ids.put(lane, topics.now(lane.topic()));
    }
    marks.add(now, ends, repair.knownSince(ids));
    for (Lane lane : Lane.values()) {
      settle(lane, marks.passed(lane, starts.getOrDefault(lane, 0L)) - sendGraceMicros);
    }
  }

  private void settle(Lane lane, long queuedBefore) {
    List<JobRecord> again = new ArrayList<>();
    List<Waiting> unseen = new ArrayList<>();
    for (Waiting waiting : repair.oldest(lane, BATCH)) {
      if (waiting.queuedAt() >= queuedBefore) {
        break;
      }
      LaneRepair.Settlement settlement = repair.settle(waiting.jobId(), queuedBefore);
      if (settlement instanceof Unseen) {
        unseen.add(waiting);
      } else {
        follow(waiting, settlement, again);
      }
    }
    again.addAll(settleUnseen(lane, unseen, queuedBefore));
    requeuer.enqueueAgain(again);
  }

  /** Admitted, but no worker ever saw it: unless its record is in the log, it was never sent. */
  private List<JobRecord> settleUnseen(Lane lane, List<Waiting> unseen, long queuedBefore) {
    List<JobRecord> again = new ArrayList<>();
    if (unseen.isEmpty()) {
      return again;
    }
    Map<UUID, RecordPointer> inLog = find(lane, unseen);
    for (Waiting waiting : unseen) {
      RecordPointer record = inLog.get(waiting.jobId());
      if (record == null && waiting.queuedAt() < marks.cutAt(lane)) {
        // It may have been in the log that was there before: whoever was told 202 must hear of it.
        lastResort.recordGone(waiting.jobId());
      } else {
        follow(waiting, repair.settleUnseen(waiting.jobId(), queuedBefore, record), again);
      }
    }
    return again;
  }

  private void follow(Waiting waiting, LaneRepair.Settlement settlement, List<JobRecord> again) {
    if (settlement instanceof Moving) {
      return;
    }
    if (settlement instanceof Again found) {
      again.add(new JobRecord(waiting.jobId(), found.record()));
    }
    settled.increment();
    try (var about = AboutJob.log(waiting.jobId())) {
      log.warn("Job {} waits for a record that is not in the queue; settled", waiting.jobId());
    }
  }

  private Map<UUID, RecordPointer> find(Lane lane, List<Waiting> unseen) {
    Set<UUID> wanted = new HashSet<>();
    unseen.forEach(each -> wanted.add(each.jobId()));
    long since = unseen.get(0).queuedAt() / 1000 - RecordReader.CLOCK_SKEW_MILLIS;
    Map<UUID, RecordPointer> found = new HashMap<>();
    records.scanSince(
        lane,
        since,
        (record, bytes) -> {
          try {
            UUID jobId = JobCodec.decodeJob(bytes).jobId();
            if (wanted.contains(jobId)) {
              found.put(jobId, record);
            }
          } catch (UnreadableRecordException e) {
            log.debug("Record {} is no job of ours: {}", record, e.getMessage());
          }
        });
    return found;
  }
}
