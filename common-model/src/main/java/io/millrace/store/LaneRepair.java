package io.millrace.store;

import io.millrace.job.Job;
import io.millrace.queue.Lane;
import io.millrace.queue.QueueSettings;
import io.millrace.queue.RecordPointer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.redis.core.StringRedisTemplate;

/** Makes the lanes true again: after Redis was emptied, and after a gateway died in mid-send. */
public final class LaneRepair {

  private final Scripts scripts;
  private final StringRedisTemplate redis;
  private final QueueSettings settings;

  public LaneRepair(StringRedisTemplate redis, QueueSettings settings) {
    this.scripts = new Scripts(redis);
    this.redis = redis;
    this.settings = settings;
  }

  /** Whether Redis was emptied since the lanes were last known to be whole. */
  public boolean isNeeded() {
    return !Boolean.TRUE.equals(redis.hasKey(RedisKeys.EPOCH));
  }

  /** Takes the repair for this instance for a while; false when another one has it. */
  public boolean begin(String instance, Duration most) {
    return Boolean.TRUE.equals(
        redis.opsForValue().setIfAbsent("{millrace}:repair", instance, most));
  }

  /** Puts a job of the log back into its lane, unless Redis knows it. */
  public void restore(Job job, RecordPointer record) {
    scripts.run(
        "restore",
        RedisKeys.job(job.jobId()),
        job.jobId(),
        job.owner(),
        record.lane().wireName(),
        Scripts.optional(job.request().id()),
        job.acceptedAt(),
        job.request().timeout(),
        job.request().webhookUrl(),
        job.replyTo(),
        record,
        settings.retention().toSeconds());
  }

  /** The lanes are whole: the gate opens. */
  public void end(String instance) {
    redis.opsForValue().setIfAbsent(RedisKeys.EPOCH, instance);
    redis.delete("{millrace}:repair");
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
   * Settles a job that still waits though all records enqueued before it have been taken: drops it,
   * or answers the record that must be enqueued again.
   */
  public Optional<RecordPointer> settle(UUID jobId, long queuedBefore) {
    List<String> answer = scripts.run("settle", RedisKeys.job(jobId), jobId, queuedBefore);
    return answer.get(0).equals("again") ? RecordPointer.parse(answer.get(1)) : Optional.empty();
  }
}
