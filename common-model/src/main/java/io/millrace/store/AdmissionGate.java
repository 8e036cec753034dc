package io.millrace.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.job.ExecutionRequest;
import io.millrace.job.Job;
import io.millrace.job.WideInputs;
import io.millrace.queue.Lane;
import io.millrace.queue.QueueSettings;
import io.millrace.store.Admission.Admitted;
import io.millrace.store.Admission.Refusal;
import io.millrace.store.Admission.Refused;
import io.millrace.store.Admission.Repeated;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.core.StringRedisTemplate;

/**
 * The gate in front of the queue: one script decides and counts, so that no number of gateways can
 * admit one job too many.
 */
public final class AdmissionGate {

  private final Scripts scripts;
  private final QueueSettings settings;
  private final ShortMemory memory;

  /** Of a process that does not tell a Redis again what it has lost. */
  public AdmissionGate(StringRedisTemplate redis, QueueSettings settings) {
    this(redis, settings, new ShortMemory());
  }

  /** What was refused is kept in {@code memory} for a while. */
  public AdmissionGate(StringRedisTemplate redis, QueueSettings settings, ShortMemory memory) {
    this.scripts = new Scripts(redis);
    this.settings = settings;
    this.memory = memory;
  }

  /**
   * Limits of one owner; 0 is none, and of {@code stored} a negative one that nothing may be kept.
   *
   * @param queued jobs that wait
   * @param running jobs that run
   * @param rate jobs a second
   * @param stored bytes of replies that are kept; looked at when a job comes, so that those that
   *     wait and run by then may exceed it by theirs
   * @param bytes of jobs' records a second; one larger job may go, and is waited for afterwards
   * @param files bytes of files that are kept; looked at when a file comes, so that jobs which run
   *     at once may exceed it by what they make
   */
  public record OwnerLimits(
      int queued, int running, int rate, long stored, long bytes, long files) {
    public static final OwnerLimits NONE = new OwnerLimits(0, 0, 0);

    /** With no limit of files. */
    public OwnerLimits(int queued, int running, int rate, long stored, long bytes) {
      this(queued, running, rate, stored, bytes, 0);
    }

    /** With no limit in bytes. */
    public OwnerLimits(int queued, int running, int rate) {
      this(queued, running, rate, 0, 0);
    }
  }

  /**
   * Lets the job in and counts it, or says why not; never {@code AWAY} nor {@code NO_PLACE}.
   *
   * @param shut why it is not let in unless it is a repeat of a known key: {@code STORE_FULL} or
   *     {@code DEADLINE}; null for no such reason
   * @throws org.springframework.dao.DataAccessException when Redis does not answer: the job may be
   *     in
   */
  public Admission admit(Job job, OwnerLimits limits, @Nullable Refusal shut) {
    List<String> answer =
        scripts.run(
            "admit",
            RedisKeys.job(job.jobId()),
            Told.job(job, settings),
            settings.maxLength(),
            Told.limits(limits),
            bytes(job.request()),
            shut == null ? "" : shut.name().toLowerCase(Locale.ROOT),
            settings.retention().toSeconds());
    return switch (answer.get(0)) {
      case "admitted" -> new Admitted(Lane.of(answer.get(1)), number(answer, 2), number(answer, 3));
      case "repeated" -> new Repeated(UUID.fromString(answer.get(1)), true);
      case "in_flight" -> new Repeated(UUID.fromString(answer.get(1)), false);
      default -> refused(job, answer);
    };
  }

  /** A script's word for why one job, or many together, are not let in. */
  static Refused refused(Job job, List<String> answer) {
    return switch (answer.get(0)) {
      case "queue_full" -> refused(Refusal.QUEUE_FULL, answer);
      case "key_full" -> refused(Refusal.KEY_FULL, answer);
      case "key_rate" -> refused(Refusal.KEY_RATE, answer);
      case "key_stored" -> refused(Refusal.KEY_STORED, answer);
      case "key_bytes" -> refused(Refusal.KEY_BYTES, answer);
      case "file_gone" -> Refused.about(Refusal.FILE_NOT_FOUND, where(job, answer.get(1)));
      case "deadline" -> refused(Refusal.DEADLINE, answer);
      case "store_full" -> new Refused(Refusal.STORE_FULL);
      case "other_body" -> new Refused(Refusal.OTHER_BODY);
      case "rebuilding" -> new Refused(Refusal.REBUILDING);
      default -> throw Scripts.unknown("that lets jobs in", answer);
    };
  }

  private static String where(Job job, String fileId) {
    WideInputs inputs = job.request().wide();
    return inputs == null ? fileId : inputs.whereIs(fileId);
  }

  private static Refused refused(Refusal why, List<String> answer) {
    Duration retryAfter =
        answer.size() > 2 ? Duration.ofNanos(number(answer, 2) * 1000) : Duration.ZERO;
    return new Refused(why, number(answer, 1), retryAfter);
  }

  /**
   * Takes an admission back because the queue did not confirm the record: should it arrive all the
   * same, it will not run. False when a worker has the job already: the record arrived, only its
   * confirmation did not.
   */
  public boolean refuse(UUID jobId) {
    boolean refused = tellRefused(jobId);
    if (refused) {
      memory.keep(ShortMemory.BESIDE, () -> tellRefused(jobId));
    }
    return refused;
  }

  private boolean tellRefused(UUID jobId) {
    return Scripts.either(
        scripts.run("refuse", RedisKeys.job(jobId), jobId, settings.retention().toSeconds()),
        "refused",
        "too_late");
  }

  /** Bytes of the record that the job will have, but for some hundred around its texts. */
  public static long bytes(ExecutionRequest request) {
    String id = request.id();
    return request.code().getBytes(UTF_8).length
        + (id == null ? 0 : id.getBytes(UTF_8).length)
        + (request.wide() == null ? 0 : request.wide().bytes());
  }

  private static long number(List<String> answer, int index) {
    return Long.parseLong(answer.get(index));
  }
}
