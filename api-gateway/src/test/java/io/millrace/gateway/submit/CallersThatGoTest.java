package io.millrace.gateway.submit;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.gateway.queue.QueueMonitor;
import io.millrace.gateway.reply.ReplyAwaiter;
import io.millrace.gateway.support.Api;
import io.millrace.gateway.support.TestGateway;
import io.millrace.job.ExecutionRequest;
import io.millrace.job.Job;
import io.millrace.standalone.EmbeddedRedis;
import io.millrace.standalone.testing.Eventually;
import io.millrace.standalone.testing.SharedInfrastructure;
import io.millrace.store.AdmissionGate;
import io.millrace.store.AdmissionGate.OwnerLimits;
import io.millrace.store.RedisKeys;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.data.redis.core.StringRedisTemplate;

/** What is meant for a job by its caller's going reaches Redis, also one that is away just then. */
@Tag("services")
class CallersThatGoTest {

  @TempDir static Path folder;

  private static EmbeddedRedis redis;
  private static TestGateway gateway;
  private static Api api;

  @BeforeAll
  static void start() {
    redis = startRedis(0);
    gateway =
        TestGateway.startOn(
            SharedInfrastructure.get().bootstrapServers(), redis.host(), redis.port());
    api = new Api(gateway, TestGateway.KEY);
  }

  @AfterAll
  static void stop() {
    gateway.close();
    redis.close();
  }

  @Test
  void aJobWhoseCallerGot202WhileRedisWasAwayIsNotCancelledByThosePollingIt() {
    double before = accepted();
    CompletableFuture<HttpResponse<String>> waiting =
        api.executeLater(Api.code("pass"), "Prefer", "wait=2");
    Eventually.holds(() -> accepted() == before + 1);
    redis.kill();
    HttpResponse<String> told = waiting.join();
    assertThat(told.statusCode()).isEqualTo(202);
    bringRedisBack();

    String job = told.headers().firstValue("Location").orElseThrow();
    assertThat(state(job + "?wait=1")).isEqualTo("queued");
    Eventually.holds(() -> watchers(job).isEmpty());
    Eventually.holds(() -> gateway.bean(ReplyAwaiter.class).size() == 0);
    assertThat(state(job)).isEqualTo("queued");
    assertThat(field(job, "caller")).as("the detach was owed").isNull();
    api.delete(job);
  }

  @Test
  void pollingNeverEndsAJob() {
    UUID jobId = UUID.randomUUID();
    ExecutionRequest request = new ExecutionRequest("pass", 30, null, null);
    gateway
        .bean(AdmissionGate.class)
        .admit(new Job(jobId, "tester", request, 0, "gone", null), OwnerLimits.NONE, null);
    String job = "/v1/jobs/" + jobId;
    // The gateway of its own caller is gone: only those who poll are left.
    gateway.bean(StringRedisTemplate.class).opsForHash().put(key(job), "watchers", "");
    assertThat(state(job + "?wait=1")).isEqualTo("queued");
    Eventually.holds(() -> watchers(job).isEmpty());
    assertThat(state(job)).isEqualTo("queued");
    api.delete(job);
  }

  @Test
  void aJobWhoseCallerLeftWhileRedisWasAwayIsCancelledWhenItIsBack() {
    double before = accepted();
    CompletableFuture<HttpResponse<String>> waiting = api.executeLater(Api.code("pass"));
    Eventually.holds(() -> accepted() == before + 1);
    String job =
        "/v1/jobs/" + Api.json(api.get("/v1/jobs?limit=1")).at("/jobs/0/job_id").asString();
    redis.kill();
    waiting.cancel(true);
    Eventually.holds(() -> gateway.bean(ReplyAwaiter.class).size() == 0);
    bringRedisBack();
    Eventually.holds(() -> state(job).equals("cancelled"));
  }

  /** Jobs of which the gateway knows that they are in; Redis knows it a moment earlier. */
  private static double accepted() {
    return gateway.bean(MeterRegistry.class).find("millrace.jobs.accepted").counters().stream()
        .mapToDouble(Counter::count)
        .sum();
  }

  private static String state(String path) {
    return Api.json(api.get(path)).path("state").asString("");
  }

  private static String watchers(String job) {
    String watchers = field(job, "watchers");
    return watchers == null ? "" : watchers;
  }

  private static String field(String job, String name) {
    return gateway.bean(StringRedisTemplate.class).<String, String>opsForHash().get(key(job), name);
  }

  private static String key(String job) {
    return RedisKeys.job(UUID.fromString(job.substring(job.lastIndexOf('/') + 1)));
  }

  private static EmbeddedRedis startRedis(int port) {
    return EmbeddedRedis.start(folder.resolve("redis"), port, "--appendfsync", "always");
  }

  private static void bringRedisBack() {
    redis = startRedis(redis.port());
    Eventually.holds(() -> gateway.bean(QueueMonitor.class).isUp());
  }
}
