package io.millrace.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.job.ExecutionRequest;
import io.millrace.job.Job;
import io.millrace.job.Outcome;
import io.millrace.job.Output;
import io.millrace.job.Reply;
import io.millrace.job.ReplyBody;
import io.millrace.store.AdmissionGate.OwnerLimits;
import io.millrace.store.JobLeases.Recorded;
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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.listener.ChannelTopic;
import org.springframework.data.redis.listener.RedisMessageListenerContainer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Tag("services")
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
    store.ends.cancel(job.jobId(), "owner", Store.cancelled(job));
    JsonNode reply = stored(job);
    assertThat(reply.get("run_time").doubleValue()).isZero();
    assertThat(reply.get("queue_time")).isEqualTo(reply.get("total_time"));
  }

  @Test
  void aJobCancelledWhileItWaitsForItsSecondStartRanForNoTime() {
    Lease lease = store.running("owner");
    store.leases.giveBack(lease.job().jobId(), 1, JobLeases.GiveBack.RELEASED);
    store.ends.cancel(lease.job().jobId(), "owner", Store.cancelled(lease.job()));
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
    String stdout = "\u00e9\ud83d\ude00\u0000\u2028\"\\\n";
    Job job = watched("\u00e9\ud83d\ude00");
    BlockingQueue<StoredReply.Message> heard = new LinkedBlockingQueue<>();
    try (Listening one = subscribe("gateway-1", heard);
        Listening two = subscribe("gateway-2", heard)) {
      String body = finish(job, stdout, null).body();

      StoredReply stored = new StoredReply(job.jobId(), 200, new ReplyBody.Whole(body));
      StoredReply.Message message = new StoredReply.Message(job.jobId(), stored);
      assertThat(heard.poll(5, TimeUnit.SECONDS)).isEqualTo(message);
      assertThat(heard.poll(5, TimeUnit.SECONDS)).isEqualTo(message);
      assertThat(store.archive.find(job.jobId()).orElseThrow().replyText()).isEqualTo(body);
      assertThat(store.archive.replies(Set.of(job.jobId()))).containsExactly(stored);
      assertThat(store.archive.watch(job.jobId(), "gateway-3")).isEqualTo(new JobArchive.Ready());
      JsonNode reply = JSON.readTree(body);
      assertThat(reply.at("/response/stdout").stringValue()).isEqualTo(stdout);
      assertThat(reply.get("id").stringValue()).isEqualTo("\u00e9\ud83d\ude00");
      assertThat(one.isSubscribed()).isTrue();
      assertThat(two.isSubscribed()).isTrue();
    }
  }

  @Test
  void whatIsToldToAGatewayOfALargeReplyIsItsIdAlone() throws Exception {
    Job job = watched("id");
    BlockingQueue<StoredReply.Message> heard = new LinkedBlockingQueue<>();
    try (Listening one = subscribe("gateway-1", heard)) {
      String body = finish(job, "x".repeat(2000), null).body();
      assertThat(heard.poll(5, TimeUnit.SECONDS))
          .isEqualTo(new StoredReply.Message(job.jobId(), null));
      assertThat(store.archive.replies(Set.of(job.jobId())))
          .containsExactly(new StoredReply(job.jobId(), 200, new ReplyBody.Whole(body)));
      assertThat(one.isSubscribed()).isTrue();
    }
  }

  @Test
  void aReplyInTheLogLeavesItsAddressAndItsTimesInRedis() {
    Job job = watched("id");
    String body = finish(job, "x".repeat(100_000), "topic:7").body();
    StoredReply stored = store.archive.replies(Set.of(job.jobId())).get(0);
    ReplyBody.InLog inLog = (ReplyBody.InLog) stored.body();
    assertThat(inLog.address()).isEqualTo("topic:7");
    assertThat(store.archive.find(job.jobId()).orElseThrow().reply()).isEqualTo(inLog);
    Reply reply = Store.reply(job, success("x".repeat(100_000)));
    assertThat(reply.body(inLog.times())).isEqualTo(body);
    assertThat(JSON.readTree(body).get("run_time").doubleValue()).isEqualTo(0.001);
    assertThat(store.memoryOf(job.jobId())).isLessThan(1200);
  }

  @Test
  void aResultThatIsToldAgainHasTheSameBytes() {
    Job job = watched("id");
    Lease lease = store.granted(job, "w");
    Reply reply = Store.reply(job, success("out"));
    String body = store.leases.finish(lease, reply, Duration.ofMillis(1)).orElseThrow().body();
    assertThat(store.leases.finish(lease, reply, Duration.ofMillis(9)).orElseThrow().body())
        .isEqualTo(body);
  }

  @Test
  void aFinishedOneLineJobTakesAtMost1200BytesOfRedis() {
    long before = store.usedMemory();
    int jobs = 2000;
    for (int i = 0; i < jobs; i++) {
      store.finished(store.running("owner"));
    }
    assertThat((store.usedMemory() - before) / jobs).isLessThanOrEqualTo(1200);
  }

  private Job watched(String id) {
    Job job =
        new Job(
            UUID.randomUUID(),
            "owner",
            new ExecutionRequest("", 1, "https://a.example/", id),
            0,
            "gateway-1",
            null);
    job = store.accepted(job, OwnerLimits.NONE);
    store.archive.watch(job.jobId(), "gateway-2");
    return job;
  }

  private Recorded finish(Job job, String stdout, @Nullable String address) {
    Lease lease = store.granted(job, "w");
    Reply reply = Store.reply(job, success(stdout));
    return store.leases.finish(lease, reply, address, Duration.ofMillis(1)).orElseThrow();
  }

  private static Outcome success(String stdout) {
    return new Outcome.Succeeded(new Output(stdout, "", false), "{\"a\":[1,2]}");
  }

  @Test
  void aKillReachesTheWorkerThatRunsACancelledJob() throws Exception {
    Lease lease = store.running("owner");
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    try (Listening connection = listen(RedisKeys.kills("worker-1"), heard)) {
      store.ends.cancel(lease.job().jobId(), "owner", Store.cancelled(lease.job()));
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
        Objects.requireNonNull(store.archive.find(job.jobId()).orElseThrow().replyText()));
  }

  private Listening subscribe(String gateway, BlockingQueue<StoredReply.Message> heard) {
    return Listening.to(
        RedisKeys.replies(gateway), bytes -> heard.add(StoredReply.ofMessage(bytes)), store.redis);
  }

  private Listening listen(String channel, BlockingQueue<String> heard) {
    return Listening.to(channel, bytes -> heard.add(text(bytes)), store.redis);
  }

  /** A channel as gateways and workers listen to it. */
  private record Listening(RedisMessageListenerContainer container) implements AutoCloseable {

    static Listening to(String channel, Consumer<byte[]> hear, StringRedisTemplate redis) {
      RedisMessageListenerContainer container = new RedisMessageListenerContainer();
      container.setConnectionFactory(Objects.requireNonNull(redis.getConnectionFactory()));
      container.addMessageListener(
          (message, pattern) -> hear.accept(message.getBody()), new ChannelTopic(channel));
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
