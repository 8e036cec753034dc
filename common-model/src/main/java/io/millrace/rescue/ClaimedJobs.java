package io.millrace.rescue;

import io.millrace.queue.Lane;
import io.millrace.queue.LaneProgress;
import io.millrace.queue.RecordPointer;
import io.millrace.store.LaneRepair;
import io.millrace.store.ShortMemory;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.UUID;

/**
 * Jobs that workers have claimed, as of a moment: those that ran then, and where the lanes' records
 * begin that may have been claimed since. Their records are done with, so that nothing else than
 * their workers can tell of them when Redis was emptied. Not thread-safe.
 */
final class ClaimedJobs {

  private static final int AT_MOST = 10_000;

  /** Ends of later than this before the last sight of Redis are told again by whoever told them. */
  private static final Duration TRUE_FOR = ShortMemory.KEPT.minusSeconds(2);

  private final LaneRepair repair;
  private final LaneProgress progress;
  private Map<UUID, RecordPointer> running = Map.of();
  private Map<Lane, Long> since = Map.of();
  private Map<Lane, Long> passed = Map.of();
  private long notedAt;

  ClaimedJobs(LaneRepair repair, LaneProgress progress) {
    this.repair = repair;
    this.progress = progress;
  }

  /**
   * Remembers the jobs of this moment; those of before when the lanes are not whole.
   *
   * @param now nanoseconds, by the clock that {@link #forgetIfOld} is told
   */
  void note(long now) {
    Map<Lane, Long> ends = progress.ends();
    Map<Lane, Long> begin = new EnumMap<>(Lane.class);
    Map<Lane, Long> start = new EnumMap<>(Lane.class);
    for (Lane lane : Lane.values()) {
      long end = ends.getOrDefault(lane, 0L);
      start.put(lane, rests(lane, end) ? end : progress.start(lane));
      if (moves(lane, start.get(lane), end)) {
        begin.put(lane, start.get(lane));
      }
    }
    Map<UUID, RecordPointer> ran = repair.running(AT_MOST);
    if (!repair.isNeeded()) {
      running = ran;
      since = begin;
      passed = start;
      notedAt = now;
    }
  }

  /** All was taken when it ended there as well: that it is known saves the brokers a question. */
  private boolean rests(Lane lane, long end) {
    Long before = passed.get(lane);
    return before != null && before == end;
  }

  /**
   * Forgets all when it was noted long before Redis was last seen whole: what ended since then is
   * told again by nobody, and would run once more.
   */
  void forgetIfOld(long lastSeenWhole) {
    if (lastSeenWhole - notedAt > TRUE_FOR.toNanos()) {
      running = Map.of();
      since = Map.of();
    }
  }

  /** Those that ran; they are remembered no more. */
  Map<UUID, RecordPointer> takeRunning() {
    Map<UUID, RecordPointer> taken = running;
    running = Map.of();
    return taken;
  }

  /** Where the records of a lane begin that may have been claimed since, as far as is known. */
  Map<Lane, Long> since() {
    return since;
  }

  void forgetSince() {
    since = Map.of();
  }

  /**
   * While one record is held up, those behind it may have ended long ago, and nobody could tell
   * again how: then nothing is known but who ran.
   */
  private boolean moves(Lane lane, long start, long end) {
    Long before = passed.get(lane);
    return start >= end || (before != null && start > before);
  }
}
