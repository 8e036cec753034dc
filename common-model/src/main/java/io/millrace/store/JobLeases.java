package io.millrace.store;

import io.millrace.job.Job;
import io.millrace.job.Reply;
import io.millrace.queue.JobRecord;
import io.millrace.queue.QueueSettings;
import io.millrace.queue.RecordPointer;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.TransientDataAccessResourceException;
import org.springframework.data.redis.core.StringRedisTemplate;

/** A job's life in the hands of workers: claimed, kept alive, finished or given back. */
public final class JobLeases {

  /** How often a worker beats at least; a lease may ask for more. */
  public static final Duration BEAT = Duration.ofMillis(500);

  /** More than a beat, so that whoever lives has been heard of since. */
  static final Duration SILENCE = Duration.ofMillis(800);

  /** How long whoever ends a job has to get its completion into the log, before others do it. */
  public static final Duration COMPLETION_GRACE = Duration.ofSeconds(10);

  private final Scripts scripts;
  private final StringRedisTemplate redis;
  private final QueueSettings settings;
  private final ShortMemory memory;

  /** Of a process that does not tell a Redis again what it has lost. */
  public JobLeases(StringRedisTemplate redis, QueueSettings settings) {
    this(redis, settings, new ShortMemory());
  }

  /** Results that were recorded are kept in {@code memory} for a while. */
  public JobLeases(StringRedisTemplate redis, QueueSettings settings, ShortMemory memory) {
    this.scripts = new Scripts(redis);
    this.redis = redis;
    this.settings = settings;
    this.memory = memory;
  }

  /** What a worker is told about the job whose record it holds. */
  public sealed interface Claim {}

  /**
   * Run it.
   *
   * @param environment the packages that it asks for; null for none
   */
  public record Granted(Lease lease, Environments.@Nullable Row environment) implements Claim {}

  /** The packages that it asks for are being built: it comes back when they are there. */
  public record Preparing() implements Claim {}

  /** Somebody else's lease has it, and will bring it back by itself: the record is done with. */
  public record Leased() implements Claim {}

  /** Its owner runs as many jobs as it may: it comes back when one of them ends. */
  public record Held() implements Claim {}

  /** The log may not have all of its batch yet: ask again, with the record in hand. */
  public record NotYet() implements Claim {}

  /** It has ended, or was refused. */
  public record Ended(String state) implements Claim {}

  /** Asks for the lease of a job; a job of a batch that the log may lack is held. */
  public Claim claim(Job job, RecordPointer record, String workerId) {
    return claim(job, record, workerId, true);
  }

  /**
   * Asks for the lease of a job.
   *
   * @param hold whether a job of a batch that the log may not have whole is held, until the log has
   *     it or the batch is dropped; else the answer is {@link NotYet}
   */
  public Claim claim(Job job, RecordPointer record, String workerId, boolean hold) {
    return claim(job, record, workerId, hold, null);
  }

  /**
   * The same, of a job that asks for packages.
   *
   * @param environment what they are asked for by, {@link io.millrace.packages.EnvironmentKey};
   *     null for none
   */
  public Claim claim(
      Job job, RecordPointer record, String workerId, boolean hold, @Nullable String environment) {
    List<String> answer =
        scripts.run(
            "claim",
            RedisKeys.job(job.jobId()),
            Told.job(job, environment, settings),
            workerId,
            micros(settings.lease()),
            record,
            hold ? "1" : "",
            Environments.KEPT.toSeconds());
    return switch (answer.get(0)) {
      case "granted" ->
          new Granted(
              new Lease(
                  job, Integer.parseInt(answer.get(1)), Long.parseLong(answer.get(2)), record),
              environment == null ? null : Environments.Row.parse(environment, answer.get(3)));
      case "leased" -> new Leased();
      case "held" -> new Held();
      case "preparing" -> new Preparing();
      case "not_yet" -> new NotYet();
      case "ended" -> new Ended(answer.get(1));
      default -> throw Scripts.unknown("claim", answer);
    };
  }

  /**
   * A recorded result.
   *
   * @param firstWaiting jobs that wait in the first lane
   * @param bulkWaiting jobs that wait in the second lane
   * @param resumable a held job that may go on now: enqueue it again
   * @param body the whole reply as its caller sees it
   */
  public record Recorded(
      long firstWaiting, long bulkWaiting, Optional<JobRecord> resumable, String body) {}

  /**
   * Records the end of a leased job; empty when a later attempt or another end came first. May be
   * repeated when the answer was not heard: the same attempt gets the same body again.
   *
   * @throws TransientDataAccessResourceException while Redis may have forgotten that a job with a
   *     webhook has ended already; to be repeated like any other failure of Redis
   */
  public Optional<Recorded> finish(Lease lease, Reply reply, Duration runTime) {
    return finish(lease, reply, null, runTime);
  }

  /** The same, of a reply that is at this address in the log of replies, unless that is null. */
  public Optional<Recorded> finish(
      Lease lease, Reply reply, @Nullable String address, Duration runTime) {
    List<Object> toldReply = Told.reply(reply, address);
    List<String> answer = tellFinished(lease, toldReply, runTime, "");
    switch (answer.get(0)) {
      case "recorded" -> {}
      case "stale" -> {
        return Optional.empty();
      }
      case "later" ->
          throw new TransientDataAccessResourceException(
              "Redis is another one or has lost its last writes; its lanes are compared with the log first");
      default -> throw Scripts.unknown("finish", answer);
    }
    String times = answer.get(4);
    Lease told =
        new Lease(lease.job().withoutCode(), lease.attempt(), lease.startedAt(), lease.record());
    memory.keep(
        ShortMemory.BESIDE + (address == null ? reply.bytes() : 0),
        () -> tellFinished(told, toldReply, runTime, times));
    return Optional.of(
        new Recorded(
            Long.parseLong(answer.get(1)),
            Long.parseLong(answer.get(2)),
            JobRecord.parse(answer.get(3)),
            reply.body(times)));
  }

  private List<String> tellFinished(
      Lease lease, List<Object> reply, Duration runTime, String minted) {
    Job job = lease.job();
    return scripts.run(
        "finish",
        RedisKeys.job(job.jobId()),
        Told.job(job, settings),
        lease.attempt(),
        reply,
        micros(runTime),
        settings.resultTtl().toSeconds(),
        minted);
  }

  /** Why a job goes back into its lane. */
  public enum GiveBack {
    /** Its worker stops; costs no attempt. */
    RELEASED,
    /** Our sandbox failed; counted, at most {@link QueueSettings#maxFaults()} times. */
    SANDBOX_FAILED,
    /** Its worker vanished; counted likewise. */
    WORKER_LOST,
    /** The store of files is away; costs no attempt. */
    FILES_AWAY
  }

  /** What became of a job that was given back. */
  public sealed interface GivenBack {}

  /** It waits again: its record, if that is to be enqueued, and a held job that may go on. */
  public record Requeued(Optional<RecordPointer> record, Optional<JobRecord> resumable)
      implements GivenBack {}

  /** It has failed as often as it may: end it. */
  public record Exhausted() implements GivenBack {}

  /** It is not this attempt's any more. */
  public record NotOurs() implements GivenBack {}

  /** Puts a running job back into its lane. */
  public GivenBack giveBack(UUID jobId, int attempt, GiveBack why) {
    return giveBack(jobId, attempt, why, Duration.ZERO);
  }

  /**
   * The same of one that is not to be tried before {@code pause} is over. It goes before what waits
   * then, and its record need not be enqueued again.
   */
  public GivenBack giveBack(UUID jobId, int attempt, GiveBack why, Duration pause) {
    List<String> answer =
        scripts.run(
            "give_back",
            RedisKeys.job(jobId),
            jobId,
            attempt,
            why.name().toLowerCase(Locale.ROOT),
            settings.maxFaults(),
            micros(pause));
    return switch (answer.get(0)) {
      case "queued" ->
          new Requeued(RecordPointer.parse(answer.get(1)), JobRecord.parse(answer.get(2)));
      case "exhausted" -> new Exhausted();
      case "stale" -> new NotOurs();
      default -> throw Scripts.unknown("give_back", answer);
    };
  }

  /** Ends a job that was exhausted on this attempt; false when it is over or has moved on. */
  public boolean exhaust(UUID jobId, int attempt, Reply reply) {
    return JobEnds.end(scripts, jobId, attempt, reply, settings.deadTtl());
  }

  /** A worker as it shows itself to the cluster. */
  public record WorkerCard(String workerId, int slots, String tier, String limits, String host) {

    /** The same with so many slots that can take a job now. */
    public WorkerCard with(int ready) {
      return new WorkerCard(workerId, ready, tier, limits, host);
    }
  }

  /**
   * A job whose lease is gone: it has ended, perhaps just now by its own worker, or was given to
   * another attempt.
   */
  public record Gone(UUID jobId, boolean ended) {}

  /**
   * What a beat is answered.
   *
   * @param firstWaiting jobs that wait in the first lane
   * @param bulkWaiting jobs that wait in the second lane
   * @param gone the jobs that are not the worker's own any more: their sandboxes must die
   */
  public record Heard(long firstWaiting, long bulkWaiting, List<Gone> gone) {}

  /** Says that the worker lives and extends the leases it holds. */
  public Heard beat(WorkerCard card, Collection<Lease> leases) {
    return beat(card, settings.lease(), leases);
  }

  /** Takes a worker out of the cluster's count; its leases stay until they are given back. */
  public void signOff(WorkerCard card) {
    beat(card, Duration.ZERO, List.of());
  }

  private Heard beat(WorkerCard card, Duration life, Collection<Lease> leases) {
    List<String> jobs = leases.stream().map(lease -> Told.lease(lease, settings)).toList();
    List<String> answer =
        scripts.run(
            "beat",
            RedisKeys.RUNNING,
            card.workerId(),
            micros(life),
            micros(settings.lease()),
            card.slots(),
            card.tier(),
            card.limits(),
            card.host(),
            jobs);
    String[] waiting = answer.get(0).split(" ", 2);
    return new Heard(
        Long.parseLong(waiting[0]),
        Long.parseLong(waiting[1]),
        answer.stream()
            .skip(1)
            .map(line -> line.split(" ", 2))
            .map(
                words ->
                    new Gone(
                        UUID.fromString(words[1]), Scripts.either(List.of(words), "over", "taken")))
            .toList());
  }

  /** A job whose lease has lapsed. */
  public record Lapsed(UUID jobId, int attempt) {}

  /**
   * Up to {@code most} jobs whose worker has not been heard of for a lease, or has died: its
   * subscription is gone, and it has missed a beat.
   */
  public List<Lapsed> lapsed(int most) {
    return scripts
        .run("lapsed", RedisKeys.RUNNING, most, micros(settings.lease()), micros(SILENCE))
        .stream()
        .map(line -> line.split(" ", 2))
        .map(words -> new Lapsed(UUID.fromString(words[0]), Integer.parseInt(words[1])))
        .toList();
  }

  /** Whether there are jobs that go before what waits now. */
  public boolean anyAhead() {
    Long count = redis.opsForZSet().zCard(RedisKeys.AHEAD);
    return count != null && count > 0 && !scripts.run("ahead", RedisKeys.AHEAD, "look").isEmpty();
  }

  /**
   * Takes a job that goes before what waits: one that ran before, or was held. To be claimed at
   * once; should that come to nothing, it is reached by the copy at its lane's end.
   */
  public Optional<JobRecord> ahead() {
    List<String> answer = scripts.run("ahead", RedisKeys.AHEAD, "take");
    return answer.isEmpty() ? Optional.empty() : JobRecord.parse(answer.get(0));
  }

  /** Up to {@code most} finished jobs whose completion is not in the log after {@code age}. */
  public List<UUID> unpublished(Duration age, int most) {
    return scripts.run("unpublished", RedisKeys.OUTBOX, micros(age), most).stream()
        .map(UUID::fromString)
        .toList();
  }

  /** The job's completion is in the log. */
  public void published(UUID jobId) {
    scripts.run("published", RedisKeys.job(jobId), jobId);
  }

  static long micros(Duration duration) {
    return duration.toNanos() / 1000;
  }
}
