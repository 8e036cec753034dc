package io.millrace.store;

import io.millrace.job.JobState;
import io.millrace.job.ReplyBody;
import io.millrace.queue.RecordPointer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.core.StringRedisTemplate;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** What is known of a job, for those who ask. */
public final class JobArchive {

  private static final int BATCH = 500;
  private static final JsonMapper JSON = new JsonMapper();
  private static final TypeReference<Map<String, String>> FIELDS = new TypeReference<>() {};

  /** Values of a reply in the script's answer. */
  private static final int REPLY_VALUES = 5;

  private final Scripts scripts;
  private final StringRedisTemplate redis;

  public JobArchive(StringRedisTemplate redis) {
    this.scripts = new Scripts(redis);
    this.redis = redis;
  }

  /** The job, unless it is unknown, expired or was refused. */
  public Optional<JobStatus> find(UUID jobId) {
    Map<String, String> fields = fields(scripts.run("job", RedisKeys.job(jobId), jobId));
    String state = fields.get("state");
    if (state == null || state.equals(JobState.REFUSED.wireName())) {
      return Optional.empty();
    }
    return Optional.of(
        status(
            jobId,
            Objects.requireNonNull(fields.get("owner")),
            fields,
            reply(JobState.ofWireName(state), fields),
            RecordPointer.parse(fields.getOrDefault("record", "")).orElse(null)));
  }

  private static JobStatus status(
      UUID jobId,
      String owner,
      Map<String, String> fields,
      @Nullable ReplyBody reply,
      @Nullable RecordPointer record) {
    return new JobStatus(
        jobId,
        owner,
        fields.get("id"),
        JobState.ofWireName(Objects.requireNonNull(fields.get("state"))),
        time(fields.get("accepted")),
        time(fields.get("started")),
        time(fields.get("finished")),
        Integer.parseInt(fields.getOrDefault("attempt", "0")),
        fields.get("webhook_url"),
        fields.containsKey("wide"),
        Optional.ofNullable(fields.get("batch")).map(UUID::fromString).orElse(null),
        reply,
        record);
  }

  private static @Nullable ReplyBody reply(JobState state, Map<String, String> fields) {
    return state.isTerminal()
        ? StoredReply.body(
            fields.getOrDefault("body", ""),
            fields.getOrDefault("reply_at", ""),
            fields.getOrDefault("times", ""))
        : null;
  }

  private static Map<String, String> fields(List<String> namesAndValues) {
    return IntStream.range(0, namesAndValues.size() / 2)
        .boxed()
        .collect(
            Collectors.toMap(i -> namesAndValues.get(2 * i), i -> namesAndValues.get(2 * i + 1)));
  }

  /** The last jobs of an owner, newest first, at most 1,000. */
  public List<UUID> recent(String owner, int most) {
    Set<String> ids = redis.opsForZSet().reverseRange(RedisKeys.jobsOf(owner), 0, most - 1L);
    return ids == null ? List.of() : ids.stream().map(UUID::fromString).toList();
  }

  /**
   * Which jobs are asked for.
   *
   * @param state only those in this state, or null for all
   * @param id only those with this id of the caller's, or null for all
   * @param after where the page before ended, or null for the first page
   * @param most how many at most
   */
  public record Question(
      @Nullable JobState state, @Nullable String id, @Nullable Place after, int most) {}

  /** A job's place among its owner's: when it was accepted, and its own id among equals. */
  public record Place(long acceptedAt, UUID jobId) {}

  /** Some jobs, and where the next page begins: null at the end. */
  public record Page(List<ListedJob> jobs, @Nullable Place next) {}

  /** The last 1,000 jobs of an owner, newest first, page by page. */
  public Page list(String owner, Question question) {
    Place after = question.after();
    List<String> answer =
        scripts.run(
            "list",
            RedisKeys.jobsOf(owner),
            question.state() == null ? "" : question.state().wireName(),
            question.id() == null ? "" : "=" + question.id(),
            after == null ? "" : after.acceptedAt(),
            after == null ? "" : after.jobId(),
            question.most());
    List<ListedJob> jobs =
        answer.subList(1, answer.size()).stream().map(job -> listed(owner, job)).toList();
    return new Page(
        jobs, Scripts.either(answer, "more", "") ? place(jobs.get(jobs.size() - 1)) : null);
  }

  private static Place place(ListedJob last) {
    return new Place(Objects.requireNonNullElse(last.job().acceptedAt(), 0L), last.job().jobId());
  }

  private static ListedJob listed(String owner, String json) {
    Map<String, String> fields = JSON.readValue(json, FIELDS);
    UUID jobId = UUID.fromString(Objects.requireNonNull(fields.get("job_id")));
    JobStatus job = status(jobId, owner, fields, null, null);
    return new ListedJob(job, fields.get("reason"), fields.get("delivery"));
  }

  /** What a watcher is told. */
  public sealed interface Watch {}

  /** The job has ended: ask for its reply. */
  public record Ready() implements Watch {}

  /** It will come on the gateway's channel. */
  public record Pending() implements Watch {}

  /** No such job. */
  public record Unknown() implements Watch {}

  /** Asks for the reply: now, or by a message on this gateway's channel. */
  public Watch watch(UUID jobId, String gatewayId) {
    return watch(jobId, gatewayId, "0");
  }

  /** Nobody at this gateway waits any more. Never ends a job, unlike {@link JobEnds#leave}. */
  public void unwatch(UUID jobId, String gatewayId) {
    scripts.run("unwatch", RedisKeys.job(jobId), gatewayId);
  }

  /** The caller of a synchronous job got 202: the job goes on without it. */
  public Watch detach(UUID jobId) {
    return watch(jobId, "", "1");
  }

  /**
   * The replies of those of the jobs that have ended: what a lost message would have said. One
   * round trip for each 500 jobs.
   */
  public List<StoredReply> replies(Collection<UUID> jobIds) {
    List<UUID> asked = List.copyOf(jobIds);
    List<StoredReply> replies = new ArrayList<>();
    for (int from = 0; from < asked.size(); from += BATCH) {
      List<UUID> batch = asked.subList(from, Math.min(from + BATCH, asked.size()));
      List<String> answer = scripts.run("replies", RedisKeys.EPOCH, batch.toArray());
      for (int i = 0; i < answer.size(); i += REPLY_VALUES) {
        replies.add(
            new StoredReply(
                UUID.fromString(answer.get(i)),
                Integer.parseInt(answer.get(i + 1)),
                StoredReply.body(answer.get(i + 2), answer.get(i + 3), answer.get(i + 4))));
      }
    }
    return replies;
  }

  private Watch watch(UUID jobId, String gatewayId, String detach) {
    List<String> answer = scripts.run("watch", RedisKeys.job(jobId), gatewayId, detach);
    return switch (answer.get(0)) {
      case "ended" -> new Ready();
      case "watching" -> new Pending();
      case "unknown" -> new Unknown();
      default -> throw Scripts.unknown("watch", answer);
    };
  }

  private static @Nullable Long time(@Nullable String micros) {
    return micros == null ? null : Long.valueOf(micros);
  }
}
