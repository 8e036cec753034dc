package io.millrace.store;

import io.millrace.job.BatchPart;
import io.millrace.job.Job;
import io.millrace.job.Outcome;
import io.millrace.job.Reply;
import io.millrace.job.ReplyBody;
import io.millrace.job.WideResults;
import io.millrace.queue.JobRecord;
import io.millrace.queue.Lane;
import io.millrace.queue.QueueSettings;
import io.millrace.queue.RecordPointer;
import io.millrace.store.Admission.Admitted;
import io.millrace.store.Admission.Refusal;
import io.millrace.store.Admission.Refused;
import io.millrace.store.AdmissionGate.OwnerLimits;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.core.StringRedisTemplate;

/**
 * Batches in Redis: let in as a whole or not at all, counted, shown, cancelled, run again.
 * Blocking; throws Spring's {@code DataAccessException} while Redis is away. Thread-safe.
 */
public final class BatchStore {

  /** Of one page, so that a page is a few megabytes at most. */
  private static final int PAGE_JOBS = 200;

  private static final int PAGE_BYTES = 1 << 20;

  /** Jobs that one script ends, so that nobody else waits for long. */
  private static final int ENDED_AT_ONCE = 200;

  private static final int JOB_VALUES = 7;
  private static final int FAILURE_VALUES = 3;

  private final Scripts scripts;
  private final QueueSettings settings;
  private final ShortMemory memory;

  /** What was opened, refused and cancelled is kept in {@code memory} for a while. */
  public BatchStore(StringRedisTemplate redis, QueueSettings settings, ShortMemory memory) {
    this.scripts = new Scripts(redis);
    this.settings = settings;
    this.memory = memory;
  }

  /** What became of jobs that came together. */
  public sealed interface Entry {}

  /** In, and counted; none of them runs before {@link #open}. */
  public record Entered(Admitted admitted) implements Entry {}

  /** They stay out. */
  public record Turned(Refused refused) implements Entry {}

  /**
   * Nothing new: its Idempotency-Key stands for this batch.
   *
   * @param accepted whether that batch was accepted; else that is not known yet
   */
  public record Known(UUID batchId, int count, boolean accepted) implements Entry {}

  /** Of a retry: there is no such batch any more. */
  public record Missing() implements Entry {}

  /** Of a retry: its last message is on its way, or another retry is. */
  public record Busy() implements Entry {}

  /**
   * Lets in all of these or none.
   *
   * @param first any of them: what is told of it holds for all but their ids
   * @param jobIds in the order of their inputs, or of {@code indices}
   * @param indices of a retry, their places in the batch; empty for a new batch
   * @param bytes of their records together
   * @param shut why they are not let in unless they are a repeat of a known key; null for no such
   *     reason
   */
  public Entry admit(
      Job first,
      List<UUID> jobIds,
      List<Integer> indices,
      long bytes,
      OwnerLimits limits,
      @Nullable Refusal shut) {
    List<String> answer =
        scripts.run(
            "admit_batch",
            RedisKeys.batch(part(first).batchId()),
            Told.job(first, settings),
            settings.maxLength(),
            Told.limits(limits),
            bytes,
            shut == null ? "" : shut.name().toLowerCase(Locale.ROOT),
            settings.retention().toSeconds(),
            jobIds.stream().map(UUID::toString).collect(Collectors.joining()),
            indices.stream().map(String::valueOf).collect(Collectors.joining(" ")));
    return switch (answer.get(0)) {
      case "admitted" ->
          new Entered(
              new Admitted(
                  Lane.BULK, Long.parseLong(answer.get(1)), Long.parseLong(answer.get(2))));
      case "repeated" -> known(answer, true);
      case "in_flight" -> known(answer, false);
      case "unknown" -> new Missing();
      case "busy" -> new Busy();
      default -> new Turned(AdmissionGate.refused(first, answer));
    };
  }

  private static Entry known(List<String> answer, boolean accepted) {
    return answer.size() < 3
        ? new Turned(new Refused(Refusal.OTHER_BODY))
        : new Known(UUID.fromString(answer.get(1)), Integer.parseInt(answer.get(2)), accepted);
  }

  /**
   * The log has every record of this round: its jobs may run.
   *
   * @return the records of jobs that workers found before, to be enqueued again; empty when the
   *     round was dropped meanwhile, so that none of its jobs runs
   */
  public Optional<List<JobRecord>> open(UUID batchId, int round) {
    List<String> answer = tellOpen(batchId, round);
    if (!Scripts.either(answer, "open", "gone")) {
      return Optional.empty();
    }
    memory.keep(ShortMemory.BESIDE, () -> tellOpen(batchId, round));
    return Optional.of(
        answer.stream().skip(1).map(JobRecord::parse).flatMap(Optional::stream).toList());
  }

  private List<String> tellOpen(UUID batchId, int round) {
    return scripts.run("open_batch", RedisKeys.batch(batchId), batchId, round);
  }

  /**
   * The log did not confirm every record of this round: none of its jobs runs. False when it was
   * opened, or is not there any more.
   */
  public boolean refuse(UUID batchId, int round) {
    boolean refused = tellRefused(batchId, round);
    if (refused) {
      memory.keep(ShortMemory.BESIDE, () -> tellRefused(batchId, round));
    }
    return refused;
  }

  private boolean tellRefused(UUID batchId, int round) {
    List<String> answer =
        scripts.run(
            "refuse_batch",
            RedisKeys.batch(batchId),
            batchId,
            round,
            settings.retention().toSeconds());
    return Scripts.either(answer, "refused", "too_late");
  }

  /** The batch, unless it is unknown, or its results have expired. */
  public Optional<BatchStatus> find(UUID batchId) {
    List<String> answer = scripts.run("batch", RedisKeys.batch(batchId));
    Map<String, String> fields = new HashMap<>();
    for (int i = 0; i < answer.size(); i += 2) {
      fields.put(answer.get(i), answer.get(i + 1));
    }
    return fields.isEmpty() ? Optional.empty() : Optional.of(BatchStatus.of(batchId, fields));
  }

  /**
   * A job of a batch.
   *
   * @param jobId null where Redis has forgotten it and nobody has told it again
   * @param reply null until it has ended, and where Redis has forgotten it
   */
  public record Part(int index, @Nullable UUID jobId, String state, @Nullable ReplyBody reply) {}

  /** Some jobs in the order of their inputs, and the index to go on from; empty at the end. */
  public record Page(List<Part> jobs, Optional<Integer> next) {}

  /**
   * Jobs of a batch from an index on.
   *
   * @param letters of their states, or empty for all
   * @param ended none behind the first that has not ended
   */
  public Page jobs(UUID batchId, int from, String letters, boolean ended) {
    List<String> answer =
        scripts.run(
            "batch_jobs",
            RedisKeys.batch(batchId),
            batchId,
            from,
            letters,
            ended ? "1" : "",
            PAGE_JOBS,
            PAGE_BYTES);
    List<Part> jobs = new ArrayList<>();
    for (int i = 1; i < answer.size(); i += JOB_VALUES) {
      List<String> values = answer.subList(i, i + JOB_VALUES);
      String jobId = values.get(1).trim();
      jobs.add(
          new Part(
              Integer.parseInt(values.get(0)),
              jobId.isEmpty() ? null : UUID.fromString(jobId),
              values.get(2),
              values.get(3).isEmpty()
                  ? null
                  : StoredReply.body(values.get(4), values.get(5), values.get(6))));
    }
    return new Page(
        jobs,
        answer.get(0).isEmpty() ? Optional.empty() : Optional.of(Integer.parseInt(answer.get(0))));
  }

  /** The reply of a cancelled job of no id, from which those of a batch's jobs are made. */
  public static Reply cancelled(@Nullable String id, Reply.Speaker speaker) {
    Reply.About nobody =
        new Reply.About(new UUID(0, 0), id, WideResults.NONE, Reply.BATCHES_ENDPOINT);
    return Reply.to(nobody, new Outcome.Cancelled(), speaker);
  }

  /**
   * Cancels what has not ended of a batch, some hundred jobs at a time.
   *
   * @param cancelled see {@link #cancelled}
   * @return how many jobs this call has ended
   */
  public int cancel(UUID batchId, Reply cancelled) {
    int ended = 0;
    boolean more = true;
    while (more) {
      List<String> answer = tellCancelled(batchId, cancelled);
      if (!Scripts.either(answer, "cancelled", "unknown")) {
        return ended;
      }
      int now = Integer.parseInt(answer.get(1));
      ended += now;
      more = now > 0 && !answer.get(2).equals("0");
    }
    if (ended > 0) {
      memory.keep(ShortMemory.BESIDE, () -> tellCancelled(batchId, cancelled));
    }
    return ended;
  }

  private List<String> tellCancelled(UUID batchId, Reply cancelled) {
    return scripts.run(
        "cancel_batch",
        RedisKeys.batch(batchId),
        batchId,
        Told.reply(cancelled),
        settings.resultTtl().toSeconds(),
        ENDED_AT_ONCE);
  }

  /**
   * A job of a batch that failed, timed out or expired, and where its record is, if that is known.
   */
  public record Failure(int index, UUID jobId, Optional<RecordPointer> record) {}

  /** The failures of a batch. */
  public List<Failure> failures(UUID batchId) {
    List<String> answer = scripts.run("batch_failures", RedisKeys.batch(batchId), batchId);
    List<Failure> failures = new ArrayList<>();
    for (int i = 0; i < answer.size(); i += FAILURE_VALUES) {
      failures.add(
          new Failure(
              Integer.parseInt(answer.get(i)),
              UUID.fromString(answer.get(i + 1)),
              RecordPointer.parse(answer.get(i + 2))));
    }
    return failures;
  }

  /**
   * Up to {@code most} ends of jobs that are not in the log, each a line; nobody else gets them.
   */
  public List<String> takeEnds(String instance, int most) {
    return scripts.run("batch_ends", RedisKeys.EPOCH, instance, most);
  }

  /** The log has the first of them. */
  public void endsLogged(String instance, int count) {
    scripts.run("batch_ends_logged", RedisKeys.EPOCH, instance, count);
  }

  /** Up to {@code most} batches that have ended and whose message is not in the log. */
  public List<UUID> unpublished(int most) {
    return scripts.run("batches_unpublished", RedisKeys.EPOCH, most).stream()
        .map(UUID::fromString)
        .toList();
  }

  /** The log has this message of a batch. */
  public void told(UUID batchId, UUID delivery) {
    scripts.run("batch_told", RedisKeys.batch(batchId), batchId, delivery);
  }

  /**
   * Batches that Redis had forgotten and knows again by some of their jobs alone, each with when it
   * was accepted (microseconds).
   */
  public Map<UUID, Long> forgotten(String instance) {
    List<String> answer = scripts.run("batches_forgotten", RedisKeys.EPOCH, instance);
    Map<UUID, Long> batches = new HashMap<>();
    for (int i = 0; i < answer.size(); i += 2) {
      batches.put(UUID.fromString(answer.get(i)), Long.valueOf(answer.get(i + 1)));
    }
    return batches;
  }

  /** The log says that these jobs ended, each a line. */
  public void endedBefore(List<String> ends) {
    scripts.run("batch_end_back", RedisKeys.EPOCH, ends);
  }

  /** The log was read for these batches. */
  public void knownAgain(List<UUID> batches) {
    scripts.run("batches_known", RedisKeys.EPOCH, batches.toArray());
  }

  private static BatchPart part(Job job) {
    return Objects.requireNonNull(job.batch(), "a job of a batch");
  }
}
