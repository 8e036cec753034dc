package io.millrace.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.job.ExecutionRequest;
import io.millrace.job.Reply;
import io.millrace.queue.Lane;
import io.millrace.queue.QueueSettings;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.core.StringRedisTemplate;

/**
 * The gate in front of the queue: one script decides and counts, so that no number of gateways can
 * admit one job too many.
 */
public final class AdmissionGate {

  /** Bytes of a word that is kept, more or less. */
  private static final int KEPT_BESIDE = 1024;

  private final Scripts scripts;
  private final QueueSettings settings;
  private final ShortMemory memory;

  /** Of a process that does not tell a Redis again what it has lost. */
  public AdmissionGate(StringRedisTemplate redis, QueueSettings settings) {
    this(redis, settings, new ShortMemory());
  }

  /** What was refused and cancelled is kept in {@code memory} for a while. */
  public AdmissionGate(StringRedisTemplate redis, QueueSettings settings, ShortMemory memory) {
    this.scripts = new Scripts(redis);
    this.settings = settings;
    this.memory = memory;
  }

  /**
   * Who asks, and for what.
   *
   * @param gatewayId the gateway whose caller waits, or null when nobody waits
   * @param limits of the owner
   * @param idempotency the caller's idempotency key and the digest of the body, or null
   */
  public record Candidate(
      UUID jobId,
      String owner,
      ExecutionRequest request,
      @Nullable String gatewayId,
      OwnerLimits limits,
      @Nullable Idempotency idempotency) {}

  /** An Idempotency-Key with what it stands for. */
  public record Idempotency(String key, String bodyDigest) {}

  /**
   * Limits of one owner; 0 is none.
   *
   * @param queued jobs that wait
   * @param running jobs that run
   * @param rate jobs a second
   * @param stored bytes of replies that are kept; looked at when a job comes, so that those that
   *     wait and run by then may exceed it by theirs
   * @param bytes of jobs' records a second; one larger job may go, and is waited for afterwards
   */
  public record OwnerLimits(int queued, int running, int rate, long stored, long bytes) {
    public static final OwnerLimits NONE = new OwnerLimits(0, 0, 0);

    /** With no limit in bytes. */
    public OwnerLimits(int queued, int running, int rate) {
      this(queued, running, rate, 0, 0);
    }
  }

  /** What the gate said. */
  public sealed interface Decision {}

  /** In; {@code acceptedAt} in microseconds since the epoch, {@code queueLength} with this job. */
  public record Admitted(Lane lane, long queueLength, long acceptedAt) implements Decision {}

  /** The whole queue is full. */
  public record QueueFull(long queueLength) implements Decision {}

  /** The owner has as many waiting jobs as it may have. */
  public record OwnerFull(long queueLength, long ownerWaiting) implements Decision {}

  /** The owner sends faster than it may; {@code retryAfter} until its next job is due. */
  public record OwnerTooFast(long queueLength, Duration retryAfter) implements Decision {}

  /** As many bytes of the owner's replies are kept as may be; the first go after that time. */
  public record OwnerStoresTooMuch(long queueLength, Duration retryAfter) implements Decision {}

  /** The owner sends more bytes than it may; {@code retryAfter} until its next job is due. */
  public record OwnerTooHeavy(long queueLength, Duration retryAfter) implements Decision {}

  /** Redis is as full as it may be while it takes jobs in. */
  public record StoreFull() implements Decision {}

  /** The idempotency key's first job, which has ended. */
  public record Repeated(UUID firstJobId) implements Decision {}

  /** The idempotency key's first job, which has not ended. */
  public record InFlight(UUID firstJobId) implements Decision {}

  /** The idempotency key was used for another body. */
  public record OtherBody(UUID firstJobId) implements Decision {}

  /** Redis was emptied and the lanes are being rebuilt: come again in a second. */
  public record Rebuilding() implements Decision {}

  /** Lets the candidate in and counts it, or says why not. */
  public Decision admit(Candidate candidate) {
    return admit(candidate, false);
  }

  /** The same; with a full store only a repeat of a known key is answered. */
  public Decision admit(Candidate candidate, boolean storeIsFull) {
    ExecutionRequest request = candidate.request();
    Idempotency idempotency = candidate.idempotency();
    List<String> answer =
        scripts.run(
            "admit",
            RedisKeys.job(candidate.jobId()),
            candidate.jobId(),
            candidate.owner(),
            Scripts.optional(request.id()),
            candidate.gatewayId(),
            request.timeout(),
            request.webhookUrl(),
            settings.maxLength(),
            candidate.limits().queued(),
            candidate.limits().running(),
            candidate.limits().rate(),
            idempotency == null ? null : idempotency.key(),
            idempotency == null ? null : idempotency.bodyDigest(),
            settings.idempotencyTtl().toSeconds(),
            settings.retention().toSeconds(),
            candidate.limits().stored(),
            candidate.limits().bytes(),
            bytes(request),
            storeIsFull ? "1" : "");
    return switch (answer.get(0)) {
      case "admitted" -> new Admitted(Lane.of(answer.get(1)), number(answer, 2), number(answer, 3));
      case "queue_full" -> new QueueFull(number(answer, 1));
      case "key_full" -> new OwnerFull(number(answer, 1), number(answer, 2));
      case "key_rate" -> new OwnerTooFast(number(answer, 1), micros(answer, 2));
      case "key_stored" -> new OwnerStoresTooMuch(number(answer, 1), micros(answer, 2));
      case "key_bytes" -> new OwnerTooHeavy(number(answer, 1), micros(answer, 2));
      case "store_full" -> new StoreFull();
      case "repeated" -> new Repeated(UUID.fromString(answer.get(1)));
      case "in_flight" -> new InFlight(UUID.fromString(answer.get(1)));
      case "other_body" -> new OtherBody(UUID.fromString(answer.get(1)));
      default -> new Rebuilding();
    };
  }

  /**
   * Takes an admission back because the queue did not confirm the record: should it arrive all the
   * same, it will not run. False when a worker has the job already: the record arrived, only its
   * confirmation did not.
   */
  public boolean refuse(UUID jobId) {
    boolean refused = tellRefused(jobId);
    if (refused) {
      memory.keep(KEPT_BESIDE, () -> tellRefused(jobId));
    }
    return refused;
  }

  private boolean tellRefused(UUID jobId) {
    return scripts
        .run("refuse", RedisKeys.job(jobId), jobId, settings.retention().toSeconds())
        .get(0)
        .equals("refused");
  }

  /** How an attempt to cancel ended. */
  public enum Cancellation {
    DONE,
    ALREADY_ENDED,
    UNKNOWN
  }

  /** Cancels a job of this owner: it never starts, or its sandbox is killed. */
  public Cancellation cancel(UUID jobId, String owner, Reply reply) {
    String answer = end(jobId, owner, reply);
    if (answer.equals("done")) {
      memory.keep(KEPT_BESIDE, () -> end(jobId, owner, reply));
    }
    return switch (answer) {
      case "done" -> Cancellation.DONE;
      case "unknown" -> Cancellation.UNKNOWN;
      default -> Cancellation.ALREADY_ENDED;
    };
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
      memory.keep(KEPT_BESIDE, () -> tellLeft(jobId, gatewayId, cancelled));
    }
    return ended;
  }

  private boolean tellLeft(UUID jobId, String gatewayId, Reply cancelled) {
    return scripts
        .run(
            "leave",
            RedisKeys.job(jobId),
            jobId,
            gatewayId,
            ToldReply.of(cancelled),
            settings.resultTtl().toSeconds())
        .get(0)
        .equals("cancelled");
  }

  private String end(UUID jobId, String owner, Reply reply) {
    return scripts
        .run(
            "end",
            RedisKeys.job(jobId),
            jobId,
            owner,
            "",
            ToldReply.of(reply),
            settings.resultTtl().toSeconds())
        .get(0);
  }

  /** Bytes of the record that the job will have, but for some hundred around its texts. */
  private static long bytes(ExecutionRequest request) {
    String id = request.id();
    return request.code().getBytes(UTF_8).length + (id == null ? 0 : id.getBytes(UTF_8).length);
  }

  private static Duration micros(List<String> answer, int index) {
    return Duration.ofNanos(number(answer, index) * 1000);
  }

  private static long number(List<String> answer, int index) {
    return Long.parseLong(answer.get(index));
  }
}
