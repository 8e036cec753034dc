package io.millrace.store;

import io.millrace.job.Job;
import io.millrace.job.MintedReply;
import io.millrace.job.Reply;
import io.millrace.queue.JobRecord;
import io.millrace.queue.Lane;
import io.millrace.queue.QueueSettings;
import io.millrace.queue.RecordPointer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.util.StringUtils;

/**
 * Makes the lanes true again: after Redis was emptied or started again without its last writes,
 * after a gateway died in mid-send, and after a copy of a record was lost on its way.
 */
public final class LaneRepair {

  private final Scripts scripts;
  private final StringRedisTemplate redis;
  private final QueueSettings settings;

  public LaneRepair(StringRedisTemplate redis, QueueSettings settings) {
    this.scripts = new Scripts(redis);
    this.redis = redis;
    this.settings = settings;
  }

  /**
   * One look at Redis.
   *
   * @param whole false when the lanes may lack jobs of the log: Redis was emptied, then the gate is
   *     shut, or was started again or taken over by a replica since the lanes were last whole, then
   *     its last writes may be missing
   * @param identity another one after each start, each takeover and each loss of everything
   * @param since microseconds since the epoch; what was accepted before then is known, unless this
   *     is 0
   * @param now microseconds since the epoch by the clock of Redis
   * @param due what a round would find to do now
   */
  public record Look(boolean whole, String identity, long since, long now, Set<Duty> due) {}

  /** What there may be to do for whoever looks; none of them costs anything while there is not. */
  public enum Duty {
    /** A worker is silent, or a lease has lapsed. */
    LAPSED,
    /** A job has not started in the time that it had. */
    OVERDUE,
    /** A completion should long be in the log. */
    COMPLETIONS,
    /** Ends of a batch or of its jobs are not in the log, or Redis had forgotten a batch. */
    BATCHES,
    /** Jobs are held, or wait for packages. */
    HELD,
    /** Jobs wait in the lanes. */
    WAITING
  }

  /**
   * Looks whether the lanes may lack jobs, and what else there is to do; while they are whole,
   * notes that Redis remembers all up to now.
   */
  public Look look() {
    List<String> answer =
        scripts.run(
            "look",
            RedisKeys.EPOCH,
            settings.retention().toSeconds(),
            JobLeases.micros(settings.lease()),
            JobLeases.micros(JobLeases.SILENCE),
            JobLeases.micros(JobLeases.COMPLETION_GRACE));
    return new Look(
        Scripts.either(answer, "whole", "doubtful"),
        answer.get(1),
        Long.parseLong(answer.get(2)),
        Long.parseLong(answer.get(3)),
        duties(answer.get(4)));
  }

  private static Set<Duty> duties(String words) {
    Set<Duty> duties = EnumSet.noneOf(Duty.class);
    for (String word : StringUtils.commaDelimitedListToStringArray(words)) {
      duties.add(Duty.valueOf(word.toUpperCase(Locale.ROOT)));
    }
    return Collections.unmodifiableSet(duties);
  }

  /** Whether the lanes may lack jobs of the log. */
  public boolean isNeeded() {
    return !look().whole();
  }

  /** Takes the repair for this instance for a while; false when another one has it. */
  public boolean begin(String instance, Duration most) {
    return Boolean.TRUE.equals(redis.opsForValue().setIfAbsent(RedisKeys.REPAIR, instance, most));
  }

  /** Keeps the repair for a while more. */
  public void goOn(Duration most) {
    redis.expire(RedisKeys.REPAIR, most);
  }

  /** A job as the log knows it. */
  public record Logged(Job job, RecordPointer record) {}

  /** Puts jobs of the log back into their lanes, and answers those that Redis did not know. */
  public List<UUID> restore(Collection<Logged> jobs) {
    List<String> told =
        jobs.stream().map(each -> Told.logged(each.job(), each.record(), settings)).toList();
    return scripts.run("restore", RedisKeys.EPOCH, told).stream().map(UUID::fromString).toList();
  }

  /**
   * The log has this completion: it was seen, so that it is the job's end whatever Redis knows of
   * it. Nothing where Redis has no such job, but that it never runs.
   */
  public void writeBack(UUID jobId, MintedReply minted) {
    Reply reply = minted.reply();
    scripts.run(
        "write_back",
        RedisKeys.job(jobId),
        jobId,
        Told.reply(reply),
        minted.times(),
        settings.resultTtl().toSeconds());
  }

  /** The log has this message of a batch: it is not written there again. */
  public void batchTold(UUID batchId, UUID delivery) {
    scripts.run("batch_told", RedisKeys.batch(batchId), batchId, delivery);
  }

  /** The lanes are whole: the gate opens. False when Redis was emptied again meanwhile. */
  public boolean end(String instance) {
    return Scripts.either(scripts.run("repaired", RedisKeys.EPOCH, instance), "whole", "again");
  }

  /** A job at the head of a lane, waiting since {@code queuedAt} (microseconds). */
  public record Waiting(UUID jobId, long queuedAt) {}

  /** The longest waiting jobs of a lane. */
  public List<Waiting> oldest(Lane lane, int most) {
    return scripts.run("oldest", RedisKeys.EPOCH, lane.wireName(), most).stream()
        .map(line -> line.split(" ", 2))
        .map(words -> new Waiting(UUID.fromString(words[0]), Long.parseLong(words[1])))
        .toList();
  }

  /** Microseconds since the epoch by the clock of Redis. */
  public long now() {
    return Long.parseLong(scripts.run("clock", RedisKeys.EPOCH).get(0));
  }

  /**
   * Since when the topics of the lanes have been known, in microseconds since the epoch: 0 for the
   * first that a lane had, later for one that was made anew.
   *
   * @param topicIds of the lanes' topics now
   */
  public Map<Lane, Long> knownSince(Map<Lane, String> topicIds) {
    List<Object> arguments = new ArrayList<>();
    topicIds.forEach((lane, id) -> arguments.addAll(List.of(lane.wireName(), id)));
    List<String> answer = scripts.run("topics", RedisKeys.EPOCH, arguments);
    Map<Lane, Long> since = new EnumMap<>(Lane.class);
    int next = 0;
    for (Lane lane : topicIds.keySet()) {
      since.put(lane, Long.valueOf(answer.get(next++)));
    }
    return since;
  }

  /** What must become of a job that waits though all records of its time have been taken. */
  public sealed interface Settlement {}

  /** Nothing more: it had ended, or never was, and is dropped. */
  public record Settled() implements Settlement {}

  /** Nothing: it has moved on since it was seen. */
  public record Moving() implements Settlement {}

  /** Its record must be enqueued again. */
  public record Again(RecordPointer record) implements Settlement {}

  /** No worker ever saw it: look for its record in the log, then {@link #settleUnseen}. */
  public record Unseen() implements Settlement {}

  /** Settles a job that still waits though all records enqueued before have been taken. */
  public Settlement settle(UUID jobId, long queuedBefore) {
    return settle(jobId, queuedBefore, "");
  }

  /** The same, for one that no worker saw: dropped when its record is not in the log at all. */
  public Settlement settleUnseen(UUID jobId, long queuedBefore, @Nullable RecordPointer found) {
    return settle(jobId, queuedBefore, found == null ? "none" : found.toString());
  }

  private Settlement settle(UUID jobId, long queuedBefore, String found) {
    List<String> answer = scripts.run("settle", RedisKeys.job(jobId), jobId, queuedBefore, found);
    return switch (answer.get(0)) {
      case "again" -> new Again(RecordPointer.parse(answer.get(1)).orElseThrow());
      case "unseen" -> new Unseen();
      case "moving" -> new Moving();
      case "dropped" -> new Settled();
      default -> throw Scripts.unknown("settle", answer);
    };
  }

  /**
   * Puts up to {@code most} held jobs whose owner has room again back into their lanes; their
   * records must be enqueued again.
   */
  public List<JobRecord> resume(int most) {
    return scripts.run("resume", RedisKeys.EPOCH, most).stream()
        .map(JobRecord::parse)
        .flatMap(Optional::stream)
        .toList();
  }

  /**
   * The records of up to {@code most} jobs that are held, and of as many that wait for packages:
   * only Redis knows that they do.
   */
  public Map<UUID, RecordPointer> held(int most) {
    Map<UUID, RecordPointer> held = new HashMap<>(placed("held", most));
    held.putAll(placed("preparing", most));
    return held;
  }

  /** The records of up to {@code most} jobs that run, which only Redis and their workers know. */
  public Map<UUID, RecordPointer> running(int most) {
    return placed("running", most);
  }

  private Map<UUID, RecordPointer> placed(String place, int most) {
    return scripts.run("placed", RedisKeys.EPOCH, place, most).stream()
        .map(line -> JobRecord.parse(line).orElseThrow())
        .collect(Collectors.toMap(JobRecord::jobId, JobRecord::address));
  }

  /**
   * Of jobs that were {@link #restore restored}, those that wait still: no worker has claimed them
   * again, nor told their end. Their records must be enqueued again.
   */
  public List<UUID> unclaimed(Collection<UUID> jobs) {
    return scripts.run("unclaimed", RedisKeys.EPOCH, jobs.toArray()).stream()
        .map(UUID::fromString)
        .toList();
  }
}
