package io.millrace.store;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.job.JobState;
import io.millrace.job.Reply;
import io.millrace.metrics.EnumCounters;
import io.millrace.queue.QueueSettings;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.UUID;
import org.springframework.data.redis.core.StringRedisTemplate;

/**
 * Ends jobs on the word of those who do not run them, and counts the ends of all: each is counted
 * by whoever was told by a script that this end is the job's own, so that the sum over all
 * processes is the number of jobs that ended. Thread-safe; ending a job blocks for one round trip.
 */
public final class JobEnds {

  private static final int NOT_STARTED = 0;

  /** Why we gave a job up. */
  public enum Fault {
    /** Each worker that ran it vanished. */
    WORKER_LOST,
    /** Our sandboxes failed it. */
    SANDBOX_FAILED,
    /** The log let go of it before it ran. */
    RECORD_GONE
  }

  private final Scripts scripts;
  private final QueueSettings settings;
  private final ShortMemory memory;
  private final EnumCounters<JobState> ended;
  private final EnumCounters<Fault> givenUp;

  /** What was cancelled is kept in {@code memory} for a while. */
  public JobEnds(
      StringRedisTemplate redis, QueueSettings settings, ShortMemory memory, MeterRegistry meters) {
    this.scripts = new Scripts(redis);
    this.settings = settings;
    this.memory = memory;
    EnumSet<JobState> ends = EnumSet.allOf(JobState.class);
    ends.removeIf(state -> !state.isTerminal());
    ended = new EnumCounters<>(meters, "millrace.jobs.ended", "state", ends);
    givenUp =
        new EnumCounters<>(meters, "millrace.jobs.given.up", "reason", EnumSet.allOf(Fault.class));
  }

  /** A job is in this terminal state from now on. */
  public void count(JobState state) {
    ended.increment(state);
  }

  /** So many jobs are in this terminal state from now on. */
  public void count(JobState state, int jobs) {
    ended.increment(state, jobs);
  }

  /** A job failed by our fault. */
  public void countGivenUp(Fault fault) {
    ended.increment(JobState.FAILED);
    givenUp.increment(fault);
  }

  /** How an attempt to cancel ended. */
  public enum Cancellation {
    DONE,
    ALREADY_ENDED,
    UNKNOWN
  }

  /** Cancels a job of this owner: it never starts, or its sandbox is killed. */
  public Cancellation cancel(UUID jobId, String owner, Reply reply) {
    Cancellation cancellation = tellCancelled(jobId, owner, reply);
    if (cancellation == Cancellation.DONE) {
      memory.keep(ShortMemory.BESIDE, () -> tellCancelled(jobId, owner, reply));
      count(reply.state());
    }
    return cancellation;
  }

  private Cancellation tellCancelled(UUID jobId, String owner, Reply reply) {
    List<String> answer =
        scripts.run(
            "end",
            RedisKeys.job(jobId),
            jobId,
            owner,
            "",
            Told.reply(reply),
            settings.resultTtl().toSeconds());
    return switch (answer.get(0)) {
      case "done" -> Cancellation.DONE;
      case "ended" -> Cancellation.ALREADY_ENDED;
      case "unknown" -> Cancellation.UNKNOWN;
      default -> throw Scripts.unknown("end", answer);
    };
  }

  /** A job that has not started in the time that it had. */
  public record Overdue(UUID jobId, int seconds) {}

  /** Up to {@code most} of them: for one of the processes to {@link #expire}. */
  public List<Overdue> overdue(int most) {
    return scripts.run("overdue", RedisKeys.DEADLINES, most).stream()
        .map(line -> line.split(" ", 2))
        .map(words -> new Overdue(UUID.fromString(words[0]), Integer.parseInt(words[1])))
        .toList();
  }

  /** Ends a job that has not started in its time; nothing where it has meanwhile, or is over. */
  public void expire(UUID jobId, Reply expired) {
    fail(jobId, NOT_STARTED, expired);
  }

  /** Ends a job that waits, and that can never run; false when it has moved on. */
  public boolean fail(UUID jobId, int attempt, Reply reply) {
    boolean ended = tellFailed(jobId, attempt, reply);
    if (ended) {
      memory.keep(ShortMemory.BESIDE, () -> tellFailed(jobId, attempt, reply));
      count(reply.state());
    }
    return ended;
  }

  private boolean tellFailed(UUID jobId, int attempt, Reply reply) {
    return end(scripts, jobId, attempt, reply, settings.resultTtl());
  }

  /** Ends a job that is on this attempt still; false when it is over or has moved on. */
  static boolean end(Scripts scripts, UUID jobId, int attempt, Reply reply, Duration kept) {
    return Scripts.either(
        scripts.run(
            "end", RedisKeys.job(jobId), jobId, "", attempt, Told.reply(reply), kept.toSeconds()),
        "done",
        "ended",
        "stale",
        "unknown");
  }

  /**
   * The last of this gateway's callers that waited for the job has gone: a job that waits itself,
   * and that nobody else waits for either, is cancelled.
   *
   * @return whether it was
   */
  public boolean leave(UUID jobId, String gatewayId, Reply cancelled) {
    boolean ended = tellLeft(jobId, gatewayId, cancelled);
    if (ended) {
      memory.keep(ShortMemory.BESIDE, () -> tellLeft(jobId, gatewayId, cancelled));
      count(cancelled.state());
    }
    return ended;
  }

  private boolean tellLeft(UUID jobId, String gatewayId, Reply cancelled) {
    return Scripts.either(
        scripts.run(
            "leave",
            RedisKeys.job(jobId),
            jobId,
            gatewayId,
            Told.reply(cancelled),
            settings.resultTtl().toSeconds()),
        "cancelled",
        "left",
        "ended");
  }
}
