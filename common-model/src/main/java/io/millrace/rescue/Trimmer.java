package io.millrace.rescue;

import io.millrace.queue.Lane;
import io.millrace.queue.LaneProgress;
import io.millrace.queue.LogCut;
import io.millrace.queue.QueueSettings;
import io.millrace.queue.Topics;
import io.millrace.store.NeededRecords;
import io.millrace.store.NeededRecords.Kept;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets go of what the logs hold and nobody needs any more, every minute, by one instance of all.
 *
 * <p>A lane's record is needed until a worker has taken it; while its job waits, is held or runs,
 * since it is read again by its address then; and while the job's result is kept, so that its
 * program can be shown. The last need ends early when the lanes are larger than {@code
 * millrace.queue.max-bytes}. A reply in the log is needed while its job's result is kept. What came
 * within the last minutes stays: Redis may have lost its last second, or not heard of it yet.
 */
public final class Trimmer {

  private static final Logger log = LoggerFactory.getLogger(Trimmer.class);
  private static final Duration EVERY = Duration.ofMinutes(1);

  /** A worker writes its reply again that Redis has not heard of after five minutes. */
  private static final Duration FRESH = Duration.ofMinutes(10);

  /** Of a log that is too large. */
  private static final Duration FRESH_AT_LEAST = Duration.ofMinutes(1);

  /** How far the clocks of Redis and of the broker may be apart. */
  private static final Duration CLOCK_SKEW = Duration.ofMinutes(1);

  private final NeededRecords needed;
  private final LaneProgress progress;
  private final LogCut logs;
  private final long maxBytes;
  private final Grace grace;
  private final String instance = UUID.randomUUID().toString();

  /** How old what is let go of is at least: usually, in a log that is too large, by clocks. */
  record Grace(Duration usual, Duration least, Duration clockSkew) {}

  public Trimmer(NeededRecords needed, LaneProgress progress, LogCut logs, QueueSettings settings) {
    this(needed, progress, logs, settings, new Grace(FRESH, FRESH_AT_LEAST, CLOCK_SKEW));
  }

  Trimmer(
      NeededRecords needed,
      LaneProgress progress,
      LogCut logs,
      QueueSettings settings,
      Grace grace) {
    this.grace = grace;
    this.needed = needed;
    this.progress = progress;
    this.logs = logs;
    this.maxBytes = settings.maxBytes().toBytes();
  }

  /** One round, unless somebody else has made one within the last minute. */
  public void trim() {
    Optional<Kept> kept = needed.kept(instance, EVERY.minusSeconds(5));
    if (kept.isPresent()) {
      trim(kept.get());
    }
  }

  private void trim(Kept kept) {
    long alive = needed.aliveSince(kept.now());
    cutLanes(Math.min(alive, Math.min(kept.since(), ago(kept, grace.usual()))));
    if (laneBytes() > maxBytes) {
      log.warn(
          "The lanes are larger than millrace.queue.max-bytes ({}): the programs of ended jobs are"
              + " let go of before their results",
          maxBytes);
      cutLanes(Math.min(alive, ago(kept, grace.least())));
    }
    long fresh = logs.offsetSince(Topics.REPLIES, millis(ago(kept, grace.usual())));
    logs.before(Topics.REPLIES, Math.min(fresh, kept.firstReply().orElse(fresh)));
  }

  /** No further than the workers have come. */
  private void cutLanes(long since) {
    for (Lane lane : Lane.values()) {
      long taken = progress.start(lane);
      logs.before(lane.topic(), Math.min(taken, logs.offsetSince(lane.topic(), millis(since))));
    }
  }

  private long laneBytes() {
    Map<String, Long> bytes = logs.bytes(Arrays.stream(Lane.values()).map(Lane::topic).toList());
    return bytes.values().stream().mapToLong(Long::longValue).sum();
  }

  private static long ago(Kept kept, Duration age) {
    return kept.now() - age.toNanos() / 1000;
  }

  private long millis(long micros) {
    return micros / 1000 - grace.clockSkew().toMillis();
  }
}
