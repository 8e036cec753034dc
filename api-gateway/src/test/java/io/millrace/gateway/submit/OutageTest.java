package io.millrace.gateway.submit;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.gateway.queue.QueueMonitor;
import io.millrace.gateway.reply.ReplyAwaiter;
import io.millrace.gateway.support.Api;
import io.millrace.gateway.support.Eventually;
import io.millrace.gateway.support.HandWorker;
import io.millrace.gateway.support.TestGateway;
import io.millrace.standalone.EmbeddedRedis;
import io.millrace.standalone.testing.BrokerProcess;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Without its stores the gateway says so at once, and goes on by itself when they are back. */
@Tag("load")
class OutageTest {

  /** A second, and what a crowded test machine adds to it. */
  private static final long SOON_NANOS = 3_000_000_000L;

  @TempDir Path folder;

  @Test
  void aStoreThatIsAwayIsToldWithinASecondAndItsReturnNeedsNoRestart() throws Exception {
    EmbeddedRedis redis = EmbeddedRedis.start(folder.resolve("redis"), 0);
    try (BrokerProcess broker = BrokerProcess.start(folder.resolve("kafka"), 0);
        TestGateway gateway =
            TestGateway.startOn(broker.bootstrapServers(), redis.host(), redis.port());
        HandWorker worker = HandWorker.holding(gateway.context())) {
      Api api = new Api(gateway, TestGateway.KEY);
      worker.letGo(1);
      assertThat(api.execute(Api.code("before")).statusCode()).isEqualTo(200);
      assertThat(readiness(gateway)).isEqualTo(200);

      CompletableFuture<HttpResponse<String>> waiting = api.executeLater(Api.code("waits"));
      Eventually.holds(() -> worker.started() == 2);
      int redisPort = redis.port();
      redis.kill();
      assertUnavailable(api);
      Eventually.holds(() -> readiness(gateway) == 503);
      redis = EmbeddedRedis.start(folder.resolve("redis"), redisPort);
      Eventually.holds(() -> gateway.bean(QueueMonitor.class).isUp());
      worker.letGo(1);
      assertThat(waiting.join().statusCode()).isEqualTo(200);

      broker.kill();
      assertUnavailable(api);
      assertUnavailable(api);
      Eventually.holds(() -> readiness(gateway) == 503);
      assertThat(gateway.bean(ReplyAwaiter.class).size()).isZero();
      QueueMonitor monitor = gateway.bean(QueueMonitor.class);
      Eventually.holds(() -> monitor.reading().queueLength() == 0);
    } finally {
      redis.close();
    }
  }

  private static void assertUnavailable(Api api) {
    long begin = System.nanoTime();
    HttpResponse<String> refused = api.execute("{\"code\":\"never\",\"id\":\"i\"}");
    assertThat(refused.statusCode()).isEqualTo(503);
    assertThat(System.nanoTime() - begin).isLessThan(SOON_NANOS);
    assertThat(refused.headers().firstValue("Retry-After")).isPresent();
    assertThat(Api.json(refused).get("reason").asString()).isEqualTo("unavailable");
    assertThat(Api.json(refused).get("id").asString()).isEqualTo("i");
  }

  private static int readiness(TestGateway gateway) {
    URI health =
        URI.create("http://127.0.0.1:" + gateway.managementPort() + "/actuator/health/readiness");
    return HttpClient.newHttpClient()
        .sendAsync(HttpRequest.newBuilder(health).build(), HttpResponse.BodyHandlers.discarding())
        .join()
        .statusCode();
  }
}
