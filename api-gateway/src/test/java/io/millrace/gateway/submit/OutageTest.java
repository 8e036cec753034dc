package io.millrace.gateway.submit;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.gateway.queue.QueueMonitor;
import io.millrace.gateway.reply.ReplyAwaiter;
import io.millrace.gateway.support.Api;
import io.millrace.gateway.support.HandWorker;
import io.millrace.gateway.support.Http;
import io.millrace.gateway.support.TestGateway;
import io.millrace.standalone.EmbeddedRedis;
import io.millrace.standalone.testing.BrokerProcess;
import io.millrace.standalone.testing.Eventually;
import io.millrace.store.QueueGauge;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Without its stores the gateway says so, stays ready, since no other one would do better, and goes
 * on by itself when they are back.
 */
@Tag("services")
class OutageTest {

  @TempDir static Path folder;

  private static EmbeddedRedis redis;
  private static BrokerProcess broker;
  private static TestGateway gateway;
  private static Api api;

  @BeforeAll
  static void start() {
    // So that Redis has everything again when it comes back from being killed.
    redis = EmbeddedRedis.start(folder.resolve("redis"), 0, "--appendfsync", "always");
    broker = BrokerProcess.start(folder.resolve("kafka"), 0);
    gateway = TestGateway.startOn(broker.bootstrapServers(), redis.host(), redis.port());
    api = new Api(gateway, TestGateway.KEY);
    Eventually.holds(() -> health("readiness") == 200);
  }

  @AfterAll
  static void stop() {
    Stream.<AutoCloseable>of(gateway, broker, redis).forEach(OutageTest::close);
  }

  @Test
  void aCallerWaitsThroughAnOutageOfRedisAndGetsItsReply() {
    try (HandWorker worker = HandWorker.holding(gateway.context())) {
      CompletableFuture<HttpResponse<String>> waiting = api.executeLater(Api.code("waits"));
      Eventually.holds(() -> worker.started() == 1);

      redis.kill();
      assertUnavailable(api.execute("{\"code\":\"never\",\"id\":\"i\"}"));
      Eventually.holds(() -> health("dependencies") == 503);
      assertThat(health("readiness")).isEqualTo(200);
      bringRedisBack();

      worker.letGo(1);
      assertThat(waiting.join().statusCode()).isEqualTo(200);
      assertThat(Api.json(waiting.join()).at("/response/stdout").asString()).isEqualTo("waits");
      Eventually.holds(() -> health("dependencies") == 200);
      assertNobodyWaits();
    }
  }

  @Test
  void everyRouteThatNeedsRedisSaysSoWhileItIsAway() {
    String job = "/v1/jobs/" + UUID.randomUUID();
    redis.kill();
    try {
      List<String> paths =
          List.of(
              job,
              job + "?wait=5",
              job + "/events",
              job + "/deliveries",
              "/v1/jobs",
              "/v1/deliveries?state=dead",
              "/v1/queue");
      paths.forEach(path -> assertThat(api.get(path).statusCode()).as(path).isEqualTo(503));
      assertThat(api.get("/v1/queue").headers().firstValue("Retry-After")).isPresent();
      assertThat(Api.json(api.get(job)).get("reason").asString()).isEqualTo("unavailable");
      assertThat(api.delete(job).statusCode()).isEqualTo(503);
      assertThat(api.post(job + "/deliveries", "").statusCode()).isEqualTo(503);
    } finally {
      bringRedisBack();
    }
    Eventually.holds(() -> api.get(job).statusCode() == 404);
  }

  @Test
  void whileKafkaIsAwayJobsAreRefusedAndNothingOfThemIsLeft() {
    broker.kill();
    try {
      assertUnavailable(api.execute("{\"code\":\"never\",\"id\":\"i\"}"));
      assertUnavailable(api.execute("{\"code\":\"never\",\"id\":\"i\"}"));
      Eventually.holds(() -> health("dependencies") == 503);
      assertThat(health("readiness")).isEqualTo(200);
      assertUnavailable(api.execute("{\"code\":\"never\",\"id\":\"i\"}"));
      assertNobodyWaits();
    } finally {
      broker = BrokerProcess.start(folder.resolve("kafka"), broker.port());
    }

    Eventually.holds(() -> health("dependencies") == 200);
    try (HandWorker worker = HandWorker.holding(gateway.context())) {
      worker.letGo(1);
      assertThat(api.execute(Api.code("after")).statusCode()).isEqualTo(200);
      assertThat(worker.started()).isEqualTo(1);
    }
  }

  private static void bringRedisBack() {
    redis = EmbeddedRedis.start(folder.resolve("redis"), redis.port(), "--appendfsync", "always");
    Eventually.holds(() -> gateway.bean(QueueMonitor.class).isUp());
  }

  private static void assertUnavailable(HttpResponse<String> refused) {
    assertThat(refused.statusCode()).isEqualTo(503);
    assertThat(refused.headers().firstValue("Retry-After")).isPresent();
    assertThat(Api.json(refused).get("reason").asString()).isEqualTo("unavailable");
    assertThat(Api.json(refused).get("id").asString()).isEqualTo("i");
  }

  private static void assertNobodyWaits() {
    // A caller's place is given back once its answer is on its way.
    Eventually.holds(() -> gateway.bean(ReplyAwaiter.class).size() == 0);
    assertThat(gateway.bean(QueueGauge.class).read().queueLength()).isZero();
  }

  private static int health(String group) {
    return new Http(gateway.managementPort()).get("/actuator/health/" + group).statusCode();
  }

  private static void close(AutoCloseable part) {
    try {
      part.close();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
