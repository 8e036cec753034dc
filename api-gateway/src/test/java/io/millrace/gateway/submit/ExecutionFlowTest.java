package io.millrace.gateway.submit;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.gateway.reply.ReplyAwaiter;
import io.millrace.gateway.support.Api;
import io.millrace.gateway.support.HandWorker;
import io.millrace.gateway.support.RawClient;
import io.millrace.gateway.support.TestGateway;
import io.millrace.job.Job;
import io.millrace.job.Outcome;
import io.millrace.job.Output;
import io.millrace.standalone.testing.Eventually;
import io.millrace.store.QueueGauge;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** A request's way through a whole gateway, with a hand in the worker's place. */
@Tag("services")
class ExecutionFlowTest {

  private static final Semaphore GO = new Semaphore(0);

  private static TestGateway gateway;
  private static HandWorker worker;
  private static Api api;
  private static Api other;

  @BeforeAll
  static void start() {
    gateway = TestGateway.start("millrace.webhook.allowed-networks=127.0.0.0/8");
    worker = new HandWorker(gateway.context(), ExecutionFlowTest::run);
    api = new Api(gateway, TestGateway.KEY);
    other = new Api(gateway, TestGateway.OTHER_KEY);
  }

  @AfterAll
  static void stop() {
    GO.release(1000);
    worker.close();
    gateway.close();
  }

  /** Whatever became of a test, its jobs are none of the next one's. */
  @AfterEach
  void nobodyAndNothingIsLeft() {
    Eventually.holds(
        "every job has ended",
        () -> {
          GO.release();
          QueueGauge.Reading now = gateway.bean(QueueGauge.class).read();
          return now.queueLength() == 0 && now.running() == 0;
        });
    GO.drainPermits();
    Eventually.holds(() -> gateway.bean(ReplyAwaiter.class).size() == 0);
  }

  private static Outcome run(Job job) {
    if (job.request().code().startsWith("wait")) {
      GO.acquireUninterruptibly();
    }
    return job.request().code().startsWith("fail")
        ? new Outcome.Failed(Output.NONE, "exception", "ValueError: boom", 1)
        : HandWorker.echo(job);
  }

  @Test
  void aCallerGetsTheEnvelopeInWireOrder() {
    HttpResponse<String> reply =
        api.execute("{\"code\":\"print(1)\",\"timeout\":10,\"id\":\"unique-request-id\"}");

    assertThat(reply.statusCode()).isEqualTo(200);
    JsonNode body = Api.json(reply);
    assertThat(body.propertyNames())
        .containsExactly(
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
    assertThat(body.get("id").asString()).isEqualTo("unique-request-id");
    assertThat(body.at("/response/stdout").asString()).isEqualTo("print(1)");
    assertThat(reply.headers().firstValue("X-Job-Id")).hasValue(body.get("job_id").asString());
  }

  @Test
  void aJobOfTheWiderRouteGoesTheSameWay() {
    String body = "{\"code\":\"print(1)\",\"input\":[1],\"id\":\"mine\"}";
    JsonNode whole = Api.json(api.post("/v1/jobs", body));
    assertThat(whole.get("endpoint").asString()).isEqualTo("/v1/jobs");
    assertThat(whole.get("id").asString()).isEqualTo("mine");
    assertThat(whole.at("/response/stdout").asString()).isEqualTo("print(1)");
    assertThat(whole.at("/response/display").isArray()).isTrue();
    assertThat(whole.at("/response/files").isArray()).isTrue();

    String[] noWait = {"Prefer", "respond-async"};
    JsonNode accepted = Api.json(api.post("/v1/jobs", Api.code("x"), noWait));
    assertThat(accepted.get("code").asInt()).isEqualTo(202);
    assertThat(accepted.get("estimated_start").isNumber()).isTrue();
    JsonNode plain = Api.json(api.execute(Api.code("x"), noWait));
    assertThat(plain.has("estimated_start")).isFalse();
  }

  @Test
  void theSameBodyOnTheOtherRouteIsAnotherRequest() {
    String body = Api.code("print(1)");
    assertThat(api.execute(body, "Idempotency-Key", "routes").statusCode()).isEqualTo(200);
    assertThat(api.post("/v1/jobs", body, "Idempotency-Key", "routes").statusCode()).isEqualTo(422);
  }

  @Test
  void aCancelledJobOfTheWiderRouteSaysSo() {
    JsonNode accepted = Api.json(api.post("/v1/jobs", Api.code("wait"), "Prefer", "respond-async"));
    String job = "/v1/jobs/" + accepted.get("job_id").asString();
    JsonNode reply = Api.json(api.delete(job)).get("reply");
    assertThat(reply.get("endpoint").asString()).isEqualTo("/v1/jobs");
    assertThat(reply.get("files").isArray()).isTrue();
    GO.release();
  }

  @Test
  void aFailedProgramIsTheCallers400() {
    HttpResponse<String> reply = api.execute(Api.code("fail"));

    assertThat(reply.statusCode()).isEqualTo(400);
    assertThat(Api.json(reply).get("error").asString()).isEqualTo("ValueError: boom");
    assertThat(Api.json(reply).get("reason").asString()).isEqualTo("exception");
  }

  @Test
  void twoHundredCallersEachGetTheirOwnReply() {
    List<CompletableFuture<HttpResponse<String>>> replies =
        IntStream.range(0, 200)
            .mapToObj(i -> api.executeLater("{\"code\":\"mine " + i + "\",\"id\":\"" + i + "\"}"))
            .toList();

    for (int i = 0; i < replies.size(); i++) {
      JsonNode body = Api.json(replies.get(i).join());
      assertThat(body.get("id").asString()).isEqualTo(Integer.toString(i));
      assertThat(body.at("/response/stdout").asString()).isEqualTo("mine " + i);
    }
  }

  @Test
  void idsComeBackCodePointForCodePoint() {
    String id = "\u0000\u0001\\\" \uD83D\uDE00 \u2028 \u00e9";
    String escaped = "\\u0000\\u0001\\\\\\\" \\ud83d\\ude00 \\u2028 \u00e9";

    JsonNode body = Api.json(api.execute("{\"code\":\"\",\"id\":\"" + escaped + "\"}"));

    assertThat(body.get("id").asString()).isEqualTo(id);
  }

  @Test
  void respondAsyncIsAnsweredAtOnceAndTheReplyIsKept() {
    HttpResponse<String> accepted = api.execute(Api.code("wait"), "Prefer", "respond-async");

    JsonNode body = Api.json(accepted);
    assertThat(accepted.statusCode()).isEqualTo(202);
    assertThat(body.propertyNames())
        .containsExactly(
            "code",
            "id",
            "job_id",
            "message",
            "pid",
            "queue_id",
            "max_queue_length",
            "queue_length",
            "build_number");
    assertThat(accepted.headers().firstValue("Preference-Applied")).hasValue("respond-async");
    String location = accepted.headers().firstValue("Location").orElseThrow();
    assertThat(location).isEqualTo("/v1/jobs/" + body.get("job_id").asString());

    CompletableFuture<HttpResponse<String>> poll = api.getLater(location + "?wait=60");
    Eventually.holds(() -> gateway.bean(ReplyAwaiter.class).size() == 1);
    GO.release();
    JsonNode job = Api.json(poll.join());
    assertThat(job.get("state").asString()).isEqualTo("succeeded");
    assertThat(job.at("/reply/response/stdout").asString()).isEqualTo("wait");
    assertThat(job.get("attempt").asInt()).isEqualTo(1);
  }

  @Test
  void aWebhookIsAnsweredWith202() {
    HttpResponse<String> accepted =
        api.execute("{\"code\":\"\",\"webhook_url\":\"http://127.0.0.1:18999/hook\"}");

    assertThat(accepted.statusCode()).isEqualTo(202);
  }

  @Test
  void aWebhookToAPrivateAddressIsRefused() {
    HttpResponse<String> refused =
        api.execute("{\"code\":\"\",\"id\":\"i\",\"webhook_url\":\"http://10.0.0.1/hook\"}");

    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(Api.json(refused).get("message").asString()).contains("webhook_url");
    assertThat(Api.json(refused).get("id").asString()).isEqualTo("i");
  }

  @Test
  void preferWaitGetsTheReplyOrTheJobsAddress() {
    HttpResponse<String> late = api.execute(Api.code("wait"), "Prefer", "wait=1");
    assertThat(late.statusCode()).isEqualTo(202);
    GO.release();
    String location = late.headers().firstValue("Location").orElseThrow();
    JsonNode job = Api.json(api.get(location + "?wait=60"));
    assertThat(job.at("/reply/response/stdout").asString()).isEqualTo("wait");

    assertThat(api.execute(Api.code("now"), "Prefer", "wait=60").statusCode()).isEqualTo(200);
  }

  @Test
  void aRepeatWithTheSameIdempotencyKeyGetsTheFirstReply() {
    String key = "once-" + System.nanoTime();
    CompletableFuture<HttpResponse<String>> first =
        api.executeLater(Api.code("wait once"), "Idempotency-Key", key);
    Eventually.holds(() -> gateway.bean(QueueGauge.class).read().running() == 1);

    HttpResponse<String> inFlight = api.execute(Api.code("wait once"), "Idempotency-Key", key);
    assertThat(inFlight.statusCode()).isEqualTo(409);
    assertThat(api.execute(Api.code("other"), "Idempotency-Key", key).statusCode()).isEqualTo(422);

    GO.release();
    HttpResponse<String> firstReply = first.join();
    HttpResponse<String> repeat = api.execute(Api.code("wait once"), "Idempotency-Key", key);
    assertThat(repeat.statusCode()).isEqualTo(200);
    assertThat(repeat.body()).isEqualTo(firstReply.body());
    assertThat(other.execute(Api.code("own"), "Idempotency-Key", key).statusCode()).isEqualTo(200);
  }

  @Test
  void anotherKeysJobDoesNotExist() {
    String jobId = Api.json(api.execute(Api.code("mine"))).get("job_id").asString();

    assertThat(api.get("/v1/jobs/" + jobId).statusCode()).isEqualTo(200);
    assertThat(other.get("/v1/jobs/" + jobId).statusCode()).isEqualTo(404);
    assertThat(other.delete("/v1/jobs/" + jobId).statusCode()).isEqualTo(404);
    assertThat(api.get("/v1/jobs/nonsense").statusCode()).isEqualTo(404);
    assertThat(api.get("/v1/jobs/" + jobId + "?wait=-1").statusCode()).isEqualTo(400);
  }

  @Test
  void aCancelledJobNeverRunsAndItsCallerIsTold() {
    int before = worker.started();
    CompletableFuture<HttpResponse<String>> running = api.executeLater(Api.code("wait a"));
    Eventually.holds(() -> worker.started() == before + 1);
    String queued =
        Api.json(api.execute(Api.code("never"), "Prefer", "respond-async"))
            .get("job_id")
            .asString();

    JsonNode cancelled = Api.json(api.delete("/v1/jobs/" + queued));
    GO.release();
    running.join();
    api.execute(Api.code("after"));

    assertThat(cancelled.get("state").asString()).isEqualTo("cancelled");
    assertThat(cancelled.at("/reply/reason").asString()).isEqualTo("cancelled");
    assertThat(worker.started()).isEqualTo(before + 2);
  }

  @Test
  void aJobThatNobodyWaitsForAnyMoreAndThatHasNotStartedIsCancelled() throws Exception {
    int before = worker.started();
    CompletableFuture<HttpResponse<String>> running = api.executeLater(Api.code("wait b"));
    Eventually.holds(() -> worker.started() == before + 1);
    String body = Api.code("left alone");
    try (RawClient client = new RawClient(gateway.port())) {
      client.send(
          "POST /v1/code/execute/python HTTP/1.1\r\nHost: a\r\nx-api-key: "
              + TestGateway.KEY
              + "\r\nContent-Type: application/json\r\nContent-Length: "
              + body.length()
              + "\r\n\r\n"
              + body);
      Eventually.holds(() -> gateway.bean(QueueGauge.class).read().queueLength() == 1);
    }
    Eventually.holds(() -> gateway.bean(QueueGauge.class).read().queueLength() == 0);
    GO.release();
    running.join();
    api.execute(Api.code("after"));

    assertThat(worker.started()).isEqualTo(before + 2);
  }

  @Test
  void everyReplySaysHowMuchRoomThereIs() {
    HttpResponse<String> reply = api.get("/v1/queue");

    assertThat(reply.headers().firstValue("RateLimit-Policy").orElseThrow())
        .contains("\"queue_full\";q=10000");
    assertThat(reply.headers().firstValue("RateLimit").orElseThrow()).contains("r=");
    assertThat(Api.json(reply).propertyNames())
        .containsExactly(
            "queue_id",
            "queue_length",
            "max_queue_length",
            "running",
            "workers",
            "slots",
            "oldest_wait",
            "drain_rate",
            "tiers");
  }
}
