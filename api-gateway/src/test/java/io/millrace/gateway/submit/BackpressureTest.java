package io.millrace.gateway.submit;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.gateway.support.Api;
import io.millrace.gateway.support.HandWorker;
import io.millrace.gateway.support.TestGateway;
import io.millrace.standalone.testing.Eventually;
import io.millrace.store.QueueGauge;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** A full queue tells the truth early. */
@Tag("services")
class BackpressureTest {

  private static final int LIMIT = 5;
  private static final int SUBMITS = 60;
  private static final int CLIENTS = 20;

  @Test
  void aJobThatCannotStartInItsTimeIsToldAtOnce() {
    try (TestGateway gateway = patient("millrace.queue.max-length=1000");
        HandWorker worker = HandWorker.holding(gateway.context())) {
      Api api = new Api(gateway, TestGateway.KEY);
      String hurried = "{\"code\":\"print(1)\",\"start_within\":1}";
      String[] noWait = {"Prefer", "respond-async"};

      HttpResponse<String> answer =
          Eventually.value(
              Duration.ofMinutes(1), () -> refused(api.post("/v1/jobs", hurried, noWait)));

      JsonNode told = Api.json(answer);
      assertThat(told.get("reason").asString()).isEqualTo("deadline");
      assertThat(told.get("estimated_start").asDouble()).isGreaterThan(1);
      assertThat(answer.headers().firstValue("Retry-After")).isPresent();
      assertThat(api.post("/v1/jobs", "{\"code\":\"print(1)\",\"start_within\":86400}", noWait))
          .extracting(HttpResponse::statusCode)
          .isEqualTo(202);
      worker.letGo(1000);
      awaitEmptyQueue(gateway);
    }
  }

  @Test
  void aBurstGets202Or429AndEvery202IsDoneOnceAndNo429Runs() {
    try (TestGateway gateway = patient("millrace.queue.max-length=" + LIMIT);
        HandWorker worker = HandWorker.holding(gateway.context())) {
      Api api = new Api(gateway, TestGateway.KEY);
      awaitEmptyQueue(gateway);

      List<HttpResponse<String>> answers = burst(api);
      Map<Integer, Long> statuses =
          answers.stream()
              .collect(Collectors.groupingBy(HttpResponse::statusCode, Collectors.counting()));
      worker.letGo(SUBMITS);

      assertThat(statuses.keySet()).isEqualTo(Set.of(202, 429));
      // One may be in the worker's hand beside those that wait.
      assertThat(statuses.get(202)).isBetween((long) LIMIT, LIMIT + 1L);
      answers.forEach(BackpressureTest::checkAnswer);
      for (HttpResponse<String> answer : answers) {
        String jobId = Api.json(answer).get("job_id").asString();
        if (answer.statusCode() == 202) {
          JsonNode job = Api.json(api.get("/v1/jobs/" + jobId + "?wait=60"));
          assertThat(job.get("state").asString()).isEqualTo("succeeded");
          assertThat(worker.runs(jobId)).isEqualTo(1);
        } else {
          assertThat(worker.runs(jobId)).isZero();
          assertThat(api.get("/v1/jobs/" + jobId).statusCode()).isEqualTo(404);
        }
      }
      QueueGauge gauge = gateway.bean(QueueGauge.class);
      assertThat(gauge.read().queueLength()).isZero();
      assertThat(gauge.read().running()).isZero();
    }
  }

  @Test
  void aKeyOverItsOwnShareIsRefusedAndOthersAreNot() {
    try (TestGateway gateway =
        patient(
            "millrace.api-keys=small:"
                + TestGateway.KEY
                + " queued=2,fast:"
                + TestGateway.OTHER_KEY
                + " rate=1")) {
      Api small = new Api(gateway, TestGateway.KEY);
      Api fast = new Api(gateway, TestGateway.OTHER_KEY);
      List<HttpResponse<String>> answers = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        answers.add(small.execute(Api.code("a" + i), "Prefer", "respond-async"));
      }
      answers.add(fast.execute(Api.code("b"), "Prefer", "respond-async"));
      answers.add(fast.execute(Api.code("c"), "Prefer", "respond-async"));

      assertThat(answers.stream().map(HttpResponse::statusCode))
          .containsExactly(202, 202, 429, 202, 429);
      assertThat(Api.json(answers.get(2)).get("reason").asString()).isEqualTo("key_limit");
      assertThat(Api.json(answers.get(4)).get("reason").asString()).isEqualTo("key_limit");
      assertThat(answers.get(4).headers().firstValue("Retry-After")).isPresent();
      cancelAll(List.of(small, fast), answers, gateway);
    }
  }

  private static @Nullable HttpResponse<String> refused(HttpResponse<String> answer) {
    return answer.statusCode() == 429 ? answer : null;
  }

  /** One that a slow machine does not make say 503. */
  private static TestGateway patient(String setting) {
    return TestGateway.start(
        setting, "millrace.gateway.confirm-timeout=1m", "spring.data.redis.timeout=1m");
  }

  private static void cancelAll(
      List<Api> apis, List<HttpResponse<String>> answers, TestGateway gateway) {
    for (HttpResponse<String> answer : answers) {
      if (answer.statusCode() == 202) {
        apis.forEach(api -> api.delete(answer.headers().firstValue("Location").orElseThrow()));
      }
    }
    awaitEmptyQueue(gateway);
  }

  /** Nothing is left in it, of other tests' jobs either. */
  private static void awaitEmptyQueue(TestGateway gateway) {
    Eventually.holds(() -> gateway.bean(QueueGauge.class).read().queueLength() == 0);
  }

  private static List<HttpResponse<String>> burst(Api api) {
    List<HttpResponse<String>> answers = new ArrayList<>();
    for (int sent = 0; sent < SUBMITS; sent += CLIENTS) {
      List<CompletableFuture<HttpResponse<String>>> together = new ArrayList<>();
      for (int i = sent; i < Math.min(SUBMITS, sent + CLIENTS); i++) {
        together.add(api.executeLater(Api.code("job " + i), "Prefer", "respond-async"));
      }
      together.forEach(each -> answers.add(each.join()));
    }
    return answers;
  }

  private static void checkAnswer(HttpResponse<String> answer) {
    JsonNode body = Api.json(answer);
    assertThat(body.get("queue_length").asInt()).isLessThanOrEqualTo(LIMIT);
    if (answer.statusCode() == 429) {
      assertThat(body.get("error").asString())
          .isEqualTo("MAX_QUEUE_LENGTH (" + LIMIT + ") reached");
      assertThat(body.get("reason").asString()).isEqualTo("queue_full");
      assertThat(body.get("max_queue_length").asInt()).isEqualTo(LIMIT);
      int wait = Integer.parseInt(answer.headers().firstValue("Retry-After").orElseThrow());
      assertThat(wait).isBetween(1, 60);
      assertThat(answer.headers().firstValue("RateLimit")).hasValue("\"queue_full\";r=0;t=" + wait);
    }
  }
}
