package io.millrace.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.job.ExecutionRequest;
import io.millrace.job.Job;
import io.millrace.job.Outcome;
import io.millrace.job.Output;
import io.millrace.store.AdmissionGate.OwnerLimits;
import io.millrace.testing.Store;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.listener.ChannelTopic;
import org.springframework.data.redis.listener.RedisMessageListenerContainer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class MintedReplyTest {

  private static final JsonMapper JSON = JsonMapper.shared();
  private static final List<String> FIELDS =
      List.of(
          "endpoint",
          "code",
          "id",
          "job_id",
          "response",
          "message",
          "pid",
          "queue_id",
          "run_time",
          "queue_time",
          "total_time",
          "queue_length",
          "build_number");

  private final Store store = Store.fresh();

  @Test
  void theThirteenFieldsComeInWireOrder() {
    Lease lease = store.running("owner");
    store.accepted("owner");
    String body = store.finished(lease).body();
    JsonNode reply = JSON.readTree(body);
    assertThat(reply.propertyNames()).containsExactlyElementsOf(FIELDS);
    assertThat(reply.get("queue_length").intValue()).isEqualTo(1);
    assertThat(reply.get("run_time").doubleValue()).isEqualTo(0.005);
    assertThat(body).contains("\"run_time\":0.005,");
  }

  @Test
  void anErrorCarriesTheEnvelopeAndThenTheFlatFields() {
    Lease lease = store.running("owner");
    Outcome failed = new Outcome.Failed(new Output("o", "e", true), "exit", "Process exited", 3);
    JsonNode reply =
        JSON.readTree(
            store
                .leases
                .finish(lease, Store.reply(lease.job(), failed), Duration.ZERO)
                .orElseThrow()
                .body());
    List<String> expected = new ArrayList<>(FIELDS);
    expected.addAll(
        List.of(
            "error", "reason", "stdout", "stderr", "truncated", "exit_code", "process_exit_code"));
    assertThat(reply.propertyNames()).containsExactlyElementsOf(expected);
  }

  @Test
  void totalTimeIsNeverLessThanQueueAndRunTime() {
    for (int i = 0; i < 200; i++) {
      Lease lease = store.running("owner");
      Duration run = Duration.ofNanos(ThreadLocalRandom.current().nextLong(3_000_000_000L));
      JsonNode reply =
          JSON.readTree(
              store.leases.finish(lease, Store.success(lease.job()), run).orElseThrow().body());
      double total = reply.get("total_time").doubleValue();
      double parts = reply.get("queue_time").doubleValue() + reply.get("run_time").doubleValue();
      assertThat(total).isGreaterThanOrEqualTo(parts - 0.002);
      assertThat(total).isLessThanOrEqualTo(parts + 1);
    }
  }

  @Test
  void timesAddUpThoughRedisWasEmptiedAndRebuiltMeanwhile() {
    Lease lease = store.running("owner");
    store.flush();
    store.repair.restore(List.of(new LaneRepair.Logged(lease.job(), Store.at(1))));
    JsonNode reply = JSON.readTree(store.finished(lease).body());
    double total = reply.get("total_time").doubleValue();
    double parts = reply.get("queue_time").doubleValue() + reply.get("run_time").doubleValue();
    assertThat(total).isBetween(parts - 0.002, parts + 0.5);
  }

  @Test
  void aJobCancelledBeforeItsStartRanForNoTime() {
    Job job = store.accepted("owner");
    store.gate.cancel(job.jobId(), "owner", Store.cancelled(job));
    JsonNode reply = stored(job);
    assertThat(reply.get("run_time").doubleValue()).isZero();
    assertThat(reply.get("queue_time")).isEqualTo(reply.get("total_time"));
  }

  @Test
  void aJobCancelledWhileItWaitsForItsSecondStartRanForNoTime() {
    Lease lease = store.running("owner");
    store.leases.giveBack(lease.job().jobId(), 1, JobLeases.GiveBack.RELEASED);
    store.gate.cancel(lease.job().jobId(), "owner", Store.cancelled(lease.job()));
    JsonNode reply = stored(lease.job());
    assertThat(reply.get("run_time").doubleValue()).isZero();
  }

  @Test
  void timesAreNeverNegativeThoughTheClockWasSetBack() {
    Job job = store.accepted("owner");
    String ahead = Long.toString(store.repair.now() + 3_600_000_000L);
    store.redis.opsForHash().put(RedisKeys.job(job.jobId()), "accepted", ahead);
    String body = store.finished(store.granted(job, "w")).body();
    assertThat(body).contains("\"queue_time\":0.000").doesNotContain(":-");
  }

  @Test
  void callerWebhookAndReaderGetTheSameBytes() throws Exception {
    String stdout = "\u00e9\ud83d\ude00\u0000\u2028\"\\\n" + "x".repeat(100_000);
    Job job =
        new Job(
            UUID.randomUUID(),
            "owner",
            new ExecutionRequest("", 1, "https://a.example/", "\u00e9\ud83d\ude00"),
            0,
            "gateway-1",
            null);
    job = store.accepted(job, OwnerLimits.NONE);
    store.archive.watch(job.jobId(), "gateway-2");
    BlockingQueue<StoredReply> heard = new LinkedBlockingQueue<>();
    try (Listening one = subscribe("gateway-1", heard);
        Listening two = subscribe("gateway-2", heard)) {
      Lease lease = store.granted(job, "w");
      Outcome outcome = new Outcome.Succeeded(new Output(stdout, "", false), "{\"a\":[1,2]}");
      String body =
          store
              .leases
              .finish(lease, Store.reply(job, outcome), Duration.ofMillis(1))
              .orElseThrow()
              .body();

      StoredReply stored = new StoredReply(job.jobId(), 200, body);
      assertThat(heard.poll(5, TimeUnit.SECONDS)).isEqualTo(stored);
      assertThat(heard.poll(5, TimeUnit.SECONDS)).isEqualTo(stored);
      assertThat(store.archive.find(job.jobId()).orElseThrow().reply()).isEqualTo(body);
      assertThat(store.archive.replies(Set.of(job.jobId()))).containsExactly(stored);
      assertThat(store.archive.watch(job.jobId(), "gateway-3"))
          .isEqualTo(new JobArchive.Ready(stored));
      JsonNode reply = JSON.readTree(body);
      assertThat(reply.at("/response/stdout").stringValue()).isEqualTo(stdout);
      assertThat(reply.get("id").stringValue()).isEqualTo("\u00e9\ud83d\ude00");
      assertThat(one.isSubscribed()).isTrue();
      assertThat(two.isSubscribed()).isTrue();
    }
  }

  @Test
  void aKillReachesTheWorkerThatRunsACancelledJob() throws Exception {
    Lease lease = store.running("owner");
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    try (Listening connection = listen(RedisKeys.kills("worker-1"), heard)) {
      store.gate.cancel(lease.job().jobId(), "owner", Store.cancelled(lease.job()));
      assertThat(heard.poll(5, TimeUnit.SECONDS)).isEqualTo(lease.job().jobId().toString());
      assertThat(connection.isSubscribed()).isTrue();
    }
  }

  @Test
  void manyLostMessagesAreMadeUpForInOneCall() {
    List<Lease> ended = IntStream.range(0, 1100).mapToObj(i -> store.running("owner")).toList();
    ended.forEach(store::finished);
    List<UUID> asked = new ArrayList<>(ended.stream().map(each -> each.job().jobId()).toList());
    asked.add(store.accepted("owner").jobId());
    asked.add(store.running("owner").job().jobId());
    asked.add(UUID.randomUUID());
    assertThat(store.archive.replies(asked).stream().map(StoredReply::jobId))
        .containsExactlyInAnyOrderElementsOf(
            ended.stream().map(each -> each.job().jobId()).toList());
    assertThat(store.archive.replies(List.of())).isEmpty();
  }

  private JsonNode stored(Job job) {
    return JSON.readTree(
        Objects.requireNonNull(store.archive.find(job.jobId()).orElseThrow().reply()));
  }

  private Listening subscribe(String gateway, BlockingQueue<StoredReply> heard) {
    return Listening.to(
        RedisKeys.replies(gateway), text -> heard.add(StoredReply.ofMessage(text)), store.redis);
  }

  private Listening listen(String channel, BlockingQueue<String> heard) {
    return Listening.to(channel, heard::add, store.redis);
  }

  /** A channel as gateways and workers listen to it. */
  private record Listening(RedisMessageListenerContainer container) implements AutoCloseable {

    static Listening to(String channel, Consumer<String> hear, StringRedisTemplate redis) {
      RedisMessageListenerContainer container = new RedisMessageListenerContainer();
      container.setConnectionFactory(Objects.requireNonNull(redis.getConnectionFactory()));
      container.addMessageListener(
          (message, pattern) -> hear.accept(text(message.getBody())), new ChannelTopic(channel));
      container.afterPropertiesSet();
      container.start();
      return new Listening(container);
    }

    boolean isSubscribed() {
      return container.isListening();
    }

    @Override
    public void close() throws Exception {
      container.destroy();
    }
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
