package io.millrace.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.job.Job;
import io.millrace.job.MintedReply;
import io.millrace.queue.QueueSettings;
import io.millrace.standalone.EmbeddedRedis;
import io.millrace.store.Admission.Admitted;
import io.millrace.store.Admission.Refusal;
import io.millrace.store.Admission.Refused;
import io.millrace.store.Admission.Repeated;
import io.millrace.store.AdmissionGate.OwnerLimits;
import io.millrace.store.JobLeases.Ended;
import io.millrace.store.JobLeases.Recorded;
import io.millrace.testing.Store;
import io.millrace.testing.Store.Idempotency;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.core.RedisCallback;
import org.springframework.data.redis.core.StringRedisTemplate;

/** On a real Redis whose file loses its end, as by a power cut or a failover to a late replica. */
@Tag("services")
class LostWritesTest {

  private static final QueueSettings SETTINGS = Store.settings(0, Duration.ofSeconds(15));
  private static final String HOOK = "https://a.example/";

  @TempDir private Path dir;
  private EmbeddedRedis redis;
  private Store store;
  private final ShortMemory memory = new ShortMemory();
  private AdmissionGate gate;
  private JobEnds ends;
  private JobLeases leases;

  @BeforeEach
  void start() {
    redis = EmbeddedRedis.start(dir.resolve("redis"), 0);
    StringRedisTemplate template = Store.connect(redis.host(), redis.port());
    store = new Store(template, SETTINGS);
    gate = new AdmissionGate(template, SETTINGS, memory);
    ends = new JobEnds(template, SETTINGS, memory, new SimpleMeterRegistry());
    leases = new JobLeases(template, SETTINGS, memory);
    compare();
    memory.see(store.repair.look());
  }

  @AfterEach
  void stop() {
    ((JedisConnectionFactory) Objects.requireNonNull(store.redis.getConnectionFactory())).destroy();
    redis.close();
  }

  private void compare() {
    assertThat(store.repair.begin("test", Duration.ofSeconds(30))).isTrue();
    assertThat(store.repair.end("test")).isTrue();
  }

  private Path file() throws IOException {
    try (Stream<Path> files = Files.list(dir.resolve("redis/appendonlydir"))) {
      return files.filter(each -> each.toString().endsWith(".incr.aof")).findFirst().orElseThrow();
    }
  }

  /**
   * Bytes of its file once all that it was told is there: where the disk is busy, it answers
   * before.
   */
  private long written() throws IOException {
    await()
        .until(
            () ->
                "0"
                    .equals(
                        Objects.requireNonNull(
                                store.redis.execute(
                                    (RedisCallback<Properties>)
                                        each -> each.serverCommands().info("persistence")))
                            .getProperty("aof_buffer_length")));
    return Files.size(file());
  }

  /** Redis ends, and what it wrote from here on is lost. */
  private void loseAllSince(long size) throws IOException {
    redis.kill();
    try (FileChannel channel = FileChannel.open(file(), StandardOpenOption.WRITE)) {
      channel.truncate(size);
    }
    redis = EmbeddedRedis.start(dir.resolve("redis"), redis.port());
    await().atMost(20, TimeUnit.SECONDS).ignoreExceptions().until(() -> store.queueLength() >= 0);
  }

  private static Job keyed(String webhookUrl) {
    Job job = Store.job("owner", webhookUrl, "g");
    return new Job(job.jobId(), "owner", job.request(), 0, "g", null, "once", "digest");
  }

  private Job accepted(Job job) {
    Admitted in = (Admitted) store.admit(job, OwnerLimits.NONE, new Idempotency("once", "digest"));
    return new Job(
        job.jobId(), "owner", job.request(), in.acceptedAt(), "g", null, "once", "digest");
  }

  private String body(UUID jobId) {
    return Objects.requireNonNull(store.archive.find(jobId).orElseThrow().replyText());
  }

  @Test
  void aResultThatRedisForgotIsToldAgainWithTheSameBytes() throws IOException {
    Lease lease = store.running("owner");
    long before = written();
    Recorded told = leases.finish(lease, Store.success(lease.job()), Duration.ZERO).orElseThrow();
    loseAllSince(before);
    assertThat(store.state(lease.job().jobId())).isEqualTo("running");

    memory.see(store.repair.look());
    assertThat(body(lease.job().jobId())).isEqualTo(told.body());
    assertThat(store.gauge.read().running()).isZero();
  }

  @Test
  void aWholeJobThatRedisForgotIsKnownAgainAndItsIdempotencyKeyGetsIt() throws IOException {
    long before = written();
    Job job = accepted(keyed(null));
    Lease lease = store.granted(job, "w");
    Recorded told = leases.finish(lease, Store.success(job), Duration.ZERO).orElseThrow();
    loseAllSince(before);
    assertThat(store.archive.find(job.jobId())).isEmpty();
    assertThat(store.admit(keyed(null), OwnerLimits.NONE, new Idempotency("once", "digest")))
        .as("its first job may be among what was forgotten")
        .isEqualTo(new Refused(Refusal.REBUILDING));
    assertThat(store.admit(Store.job("owner"))).isInstanceOf(Admitted.class);

    memory.see(store.repair.look());
    compare();
    assertThat(body(job.jobId())).isEqualTo(told.body());
    assertThat(store.admit(keyed(null), OwnerLimits.NONE, new Idempotency("once", "digest")))
        .isEqualTo(new Repeated(job.jobId(), true));
    assertThat(leases.claim(job, Store.at(1), "w2")).isEqualTo(new Ended("succeeded"));
  }

  @Test
  void anIdempotencyKeyComesBackWithTheRecordOfAJobThatWaits() throws IOException {
    long before = written();
    Job job = accepted(keyed(null));
    loseAllSince(before);
    assertThat(store.repair.isNeeded()).isTrue();
    store.repair.restore(List.of(new LaneRepair.Logged(job, Store.at(1))));
    compare();
    assertThat(store.admit(keyed(null), OwnerLimits.NONE, new Idempotency("once", "digest")))
        .isEqualTo(new Repeated(job.jobId(), false));
  }

  @Test
  void whatWasRefusedOrCancelledStaysSo() throws IOException {
    Job refused = store.accepted("owner");
    Job cancelled = store.accepted("owner");
    long before = written();
    gate.refuse(refused.jobId());
    ends.cancel(cancelled.jobId(), "owner", Store.cancelled(cancelled));
    loseAllSince(before);
    memory.see(store.repair.look());
    assertThat(leases.claim(refused, Store.at(1), "w")).isEqualTo(new Ended("refused"));
    assertThat(leases.claim(cancelled, Store.at(2), "w")).isEqualTo(new Ended("cancelled"));
  }

  @Test
  void aWebhookIsNotMintedAnewBeforeTheLogWasAskedAndItsFirstCompletionWins() throws IOException {
    Lease first = store.granted(accepted(keyed(HOOK)), "w");
    long before = written();
    String told = store.finished(first).body();
    loseAllSince(before);
    Lease again = new Lease(first.job(), 2, first.startedAt(), first.record());
    assertThatThrownBy(() -> leases.finish(again, Store.success(first.job()), Duration.ZERO))
        .isInstanceOf(DataAccessException.class);

    assertThat(store.repair.isNeeded()).isTrue();
    store.repair.writeBack(first.job().jobId(), MintedReply.of(told).orElseThrow());
    compare();
    assertThat(body(first.job().jobId())).isEqualTo(told);
    assertThat(leases.finish(again, Store.success(first.job()), Duration.ZERO)).isEmpty();
    assertThat(body(first.job().jobId())).isEqualTo(told);
  }

  @Test
  void theFirstCompletionInTheLogReplacesAnotherEnd() {
    Lease lease = store.granted(accepted(keyed(HOOK)), "w");
    String first =
        store.finished(lease).body().replaceFirst("\"total_time\":[0-9.]+", "\"total_time\":9.125");
    store.repair.writeBack(lease.job().jobId(), MintedReply.of(first).orElseThrow());
    assertThat(body(lease.job().jobId())).isEqualTo(first);
    assertThat(store.leases.unpublished(Duration.ZERO, 10)).isEmpty();
    assertThat(store.redis.getExpire(RedisKeys.job(lease.job().jobId()))).isPositive();
  }

  @Test
  void onlyWhatWasToldLatelyIsKeptAndNoneWhileRedisIsAway() {
    long[] clock = {0};
    int[] told = {0};
    ShortMemory shortly = new ShortMemory(() -> clock[0]);
    LaneRepair.Look one = look("one");
    shortly.see(one);
    shortly.keep(1, () -> told[0]++);
    clock[0] = Duration.ofSeconds(60).toNanos();
    shortly.see(look("two"));
    assertThat(told[0]).as("Redis was not seen since").isEqualTo(1);
    clock[0] = Duration.ofSeconds(120).toNanos();
    shortly.see(look("two"));
    shortly.see(one);
    assertThat(told[0]).isEqualTo(1);
    for (int i = 0; i < 40; i++) {
      shortly.keep(1 << 20, () -> told[0]++);
    }
    shortly.see(look("two"));
    assertThat(told[0]).as("32 MiB at most").isEqualTo(1 + 32);
  }

  private static LaneRepair.Look look(String identity) {
    return new LaneRepair.Look(true, identity, 0, 0, Set.of());
  }
}
