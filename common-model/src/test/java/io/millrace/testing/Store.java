package io.millrace.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.job.ExecutionRequest;
import io.millrace.job.Job;
import io.millrace.job.Outcome;
import io.millrace.job.Output;
import io.millrace.job.Reply;
import io.millrace.job.WideInputs;
import io.millrace.queue.Lane;
import io.millrace.queue.QueueSettings;
import io.millrace.queue.RecordPointer;
import io.millrace.standalone.testing.SharedInfrastructure;
import io.millrace.store.Admission;
import io.millrace.store.Admission.Admitted;
import io.millrace.store.AdmissionGate;
import io.millrace.store.AdmissionGate.OwnerLimits;
import io.millrace.store.BatchStore;
import io.millrace.store.JobArchive;
import io.millrace.store.JobEnds;
import io.millrace.store.JobLeases;
import io.millrace.store.JobLeases.Granted;
import io.millrace.store.JobLeases.Recorded;
import io.millrace.store.JobLeases.WorkerCard;
import io.millrace.store.LaneRepair;
import io.millrace.store.Lease;
import io.millrace.store.QueueGauge;
import io.millrace.store.RedisKeys;
import io.millrace.store.ShortMemory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.core.RedisCallback;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.util.unit.DataSize;

/** The stores on one Redis, with short words for what tests do to a job again and again. */
public final class Store {

  public static final Reply.Speaker SPEAKER = new Reply.Speaker(42, 7, "1.0.0");
  public static final QueueSettings SETTINGS = settings(0, Duration.ofSeconds(15));

  private static @Nullable StringRedisTemplate shared;

  public final StringRedisTemplate redis;
  public final AdmissionGate gate;
  public final JobLeases leases;
  public final JobArchive archive;
  public final JobEnds ends;
  public final QueueGauge gauge;
  public final LaneRepair repair;
  public final BatchStore batches;

  public Store(StringRedisTemplate redis, QueueSettings settings) {
    this.redis = redis;
    gate = new AdmissionGate(redis, settings);
    leases = new JobLeases(redis, settings);
    archive = new JobArchive(redis);
    ends = new JobEnds(redis, settings, new ShortMemory(), new SimpleMeterRegistry());
    gauge = new QueueGauge(redis);
    repair = new LaneRepair(redis, settings);
    batches = new BatchStore(redis, settings, new ShortMemory());
  }

  /** On the Redis that all tests of this JVM share, emptied, with the gate open. */
  public static Store fresh(QueueSettings settings) {
    Store store = new Store(sharedRedis(), settings);
    store.flush();
    store.open();
    return store;
  }

  public static Store fresh() {
    return fresh(SETTINGS);
  }

  private static synchronized StringRedisTemplate sharedRedis() {
    if (shared == null) {
      SharedInfrastructure infrastructure = SharedInfrastructure.get();
      shared = connect(infrastructure.redisHost(), infrastructure.redisPort());
    }
    return shared;
  }

  public static StringRedisTemplate connect(String host, int port) {
    JedisConnectionFactory connections =
        new JedisConnectionFactory(new RedisStandaloneConfiguration(host, port));
    connections.afterPropertiesSet();
    connections.start();
    return new StringRedisTemplate(connections);
  }

  public static QueueSettings settings(long maxLength, Duration lease) {
    return new QueueSettings(
        maxLength,
        lease,
        3,
        Duration.ofDays(7),
        Duration.ofHours(1),
        Duration.ofDays(7),
        Duration.ofHours(24),
        DataSize.ofMegabytes(4),
        DataSize.ofKilobytes(32),
        DataSize.ofGigabytes(4),
        false);
  }

  public void flush() {
    redis.execute(
        (RedisCallback<Boolean>)
            connection -> {
              connection.serverCommands().flushAll();
              return true;
            });
  }

  public void open() {
    redis.opsForValue().set(RedisKeys.EPOCH, "test");
  }

  public static Job job(String owner) {
    return job(owner, null, "gateway-1");
  }

  public static Job job(String owner, @Nullable String webhookUrl, @Nullable String gateway) {
    return new Job(
        UUID.randomUUID(),
        owner,
        new ExecutionRequest("print(1)", 30, webhookUrl, "id-1"),
        0,
        gateway,
        null);
  }

  /** One that must start within so many seconds. */
  public static Job hurried(int startWithin) {
    WideInputs inputs =
        new WideInputs(
            null, null, List.of(), Map.of(), List.of(), List.of(), null, startWithin, null);
    return new Job(
        UUID.randomUUID(),
        "owner",
        new ExecutionRequest("print(1)", 30, null, null, inputs),
        0,
        null,
        null);
  }

  /** An Idempotency-Key with the digest of the body that it came with. */
  public record Idempotency(String key, String bodyDigest) {

    /** The job as it comes with this key. */
    public Job of(Job job) {
      return new Job(
          job.jobId(),
          job.owner(),
          job.request(),
          job.acceptedAt(),
          job.replyTo(),
          job.traceparent(),
          key,
          bodyDigest);
    }
  }

  public Admission admit(Job job, OwnerLimits limits, @Nullable Idempotency idempotency) {
    return gate.admit(idempotency == null ? job : idempotency.of(job), limits, null);
  }

  public Admission admit(Job job) {
    return admit(job, OwnerLimits.NONE, null);
  }

  /** Admitted, as its record says it. */
  public Job accepted(Job job, OwnerLimits limits) {
    Admitted admitted = (Admitted) admit(job, limits, null);
    return job.accepted(admitted.acceptedAt());
  }

  public Job accepted(String owner) {
    return accepted(job(owner), OwnerLimits.NONE);
  }

  public static RecordPointer at(long offset) {
    return new RecordPointer(Lane.FIRST, "topic-id", offset);
  }

  public Lease granted(Job job, String worker) {
    return ((Granted) leases.claim(job, at(1), worker)).lease();
  }

  public Lease running(String owner) {
    return granted(accepted(owner), "worker-1");
  }

  public static Reply reply(Job job, Outcome outcome) {
    return Reply.to(Reply.About.of(job), outcome, SPEAKER);
  }

  public static Outcome success() {
    return new Outcome.Succeeded(new Output("out\n", "", false), "null");
  }

  public static Reply success(Job job) {
    return reply(job, success());
  }

  public static Reply cancelled(Job job) {
    return reply(job, new Outcome.Cancelled());
  }

  public Recorded finished(Lease lease) {
    return leases.finish(lease, success(lease.job()), Duration.ofMillis(5)).orElseThrow();
  }

  public static WorkerCard card(String worker, int slots) {
    return new WorkerCard(worker, slots, "root", "{}", "host");
  }

  public String state(UUID jobId) {
    return Objects.requireNonNullElse(field(jobId, "state"), "none");
  }

  public @Nullable String field(UUID jobId, String name) {
    return redis.<String, String>opsForHash().get(RedisKeys.job(jobId), name);
  }

  /** Bytes that Redis has for a job's own keys. */
  public long memoryOf(UUID jobId) {
    return memoryOf("{millrace}:job:" + jobId) + memoryOf("{millrace}:reply:" + jobId);
  }

  private long memoryOf(String key) {
    Object bytes =
        redis.execute(
            (RedisCallback<@Nullable Object>)
                connection ->
                    connection.execute("MEMORY", "USAGE".getBytes(UTF_8), key.getBytes(UTF_8)));
    return bytes == null ? 0 : (Long) bytes;
  }

  /** Bytes that Redis has for all that is in it. */
  public long usedMemory() {
    Properties memory =
        redis.execute(
            (RedisCallback<@Nullable Properties>)
                connection -> connection.serverCommands().info("memory"));
    return Long.parseLong(Objects.requireNonNull(memory).getProperty("used_memory"));
  }

  /** How many commands Redis has run, those of scripts among them. */
  public long commands() {
    Properties stats =
        redis.execute(
            (RedisCallback<@Nullable Properties>)
                connection -> connection.serverCommands().info("commandstats"));
    return Objects.requireNonNull(stats).values().stream()
        .mapToLong(each -> Long.parseLong(each.toString().split("[=,]", 3)[1]))
        .sum();
  }

  public long queueLength() {
    return gauge.read().queueLength();
  }
}
