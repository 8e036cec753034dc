package io.millrace.gateway.webhook.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.gateway.support.HandWorker;
import io.millrace.gateway.support.TestGateway;
import io.millrace.standalone.testing.Eventually;
import io.millrace.standalone.testing.receiver.Behaviour;
import io.millrace.standalone.testing.receiver.Received;
import io.millrace.standalone.testing.receiver.ScriptedReceiver;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** From a request with a webhook to its delivery and what can be asked about it, over HTTP. */
@Tag("services")
class DeliveryControllerTest {

  private static final JsonMapper JSON = new JsonMapper();
  private static TestGateway gateway;
  private static HandWorker worker;

  private final HttpClient http = HttpClient.newHttpClient();

  @BeforeAll
  static void start() {
    gateway =
        TestGateway.start(
            "millrace.webhook.allowed-networks=127.0.0.0/8",
            "millrace.webhook.retry-base=1ms",
            "millrace.webhook.poll-interval=20ms");
    worker = new HandWorker(gateway.context(), HandWorker::echo);
  }

  @AfterAll
  static void stop() {
    worker.close();
    gateway.close();
  }

  @Test
  void theWebhookGetsTheVeryBodyThatTheJobHasAsItsReply() throws Exception {
    try (ScriptedReceiver receiver = ScriptedReceiver.always(Behaviour.status(200))) {
      String job = submit(receiver.url("/hook"));
      Received delivered = receiver.next();
      awaitState(job, "delivered");

      assertThat(delivered.header("webhook-id")).isEqualTo(job);
      assertThat(get("/v1/jobs/" + job, TestGateway.KEY).body())
          .endsWith(",\"reply\":" + delivered.text() + "}");
      JsonNode attempt = deliveries(job).get("attempts").get(0);
      assertThat(attempt.get("outcome").asString()).isEqualTo("delivered");
      assertThat(attempt.get("status").asInt()).isEqualTo(200);
    }
  }

  @Test
  void aDeadDeliveryIsListedAndCanBeSentAgain() throws Exception {
    AtomicInteger status = new AtomicInteger(410);
    try (ScriptedReceiver receiver =
        ScriptedReceiver.start((number, request) -> Behaviour.status(status.get()))) {
      String job = submit(receiver.url("/hook"));
      awaitState(job, "dead");
      assertThat(get("/v1/deliveries?state=dead", TestGateway.KEY).body()).contains(job);
      assertThat(get("/v1/deliveries", TestGateway.OTHER_KEY).body()).doesNotContain(job);

      status.set(200);
      assertThat(post("/v1/jobs/" + job + "/deliveries", TestGateway.KEY, "").statusCode())
          .isEqualTo(202);
      awaitState(job, "delivered");

      assertThat(receiver.all())
          .extracting(Received::text)
          .hasSize(2)
          .containsOnly(receiver.all().get(0).text());
      assertThat(get("/v1/deliveries?state=dead", TestGateway.KEY).body()).doesNotContain(job);
    }
  }

  @Test
  void anotherKeysDeliveriesAreUnknownAndSoIsWhatNeverWas() throws Exception {
    try (ScriptedReceiver receiver = ScriptedReceiver.always(Behaviour.status(200))) {
      String job = submit(receiver.url("/hook"));
      awaitState(job, "delivered");

      for (String path : new String[] {job, "" + UUID.randomUUID(), "nonsense"}) {
        String deliveries = "/v1/jobs/" + path + "/deliveries";
        assertThat(get(deliveries, TestGateway.OTHER_KEY).statusCode()).isEqualTo(404);
        assertThat(post(deliveries, TestGateway.OTHER_KEY, "").statusCode()).isEqualTo(404);
      }
      assertThat(receiver.all()).hasSize(1);
      assertThat(get("/v1/jobs/" + job + "/deliveries", "wrong").statusCode()).isEqualTo(401);
    }
  }

  @Test
  void aJobWithoutAWebhookHasNoDeliveries() throws Exception {
    HttpResponse<String> done =
        post("/v1/code/execute/python", TestGateway.KEY, "{\"code\":\"1\"}");
    String job = JSON.readTree(done.body()).get("job_id").asString();

    assertThat(deliveries(job).get("state").isNull()).isTrue();
    assertThat(post("/v1/jobs/" + job + "/deliveries", TestGateway.KEY, "").statusCode())
        .isEqualTo(404);
  }

  @Test
  void aUrlThatMustNotBeCalledIsRefusedBeforeAnythingRuns() throws Exception {
    int before = worker.started();
    HttpResponse<String> refused =
        post(
            "/v1/code/execute/python",
            TestGateway.KEY,
            "{\"code\":\"1\",\"webhook_url\":\"http://169.254.169.254/latest/meta-data/\"}");

    assertThat(refused.statusCode()).isEqualTo(400);
    JsonNode body = JSON.readTree(refused.body());
    assertThat(body.get("reason").asString()).isEqualTo("invalid_request");
    assertThat(body.get("message").asString()).contains("webhook_url");
    assertThat(worker.started()).isEqualTo(before);
  }

  @Test
  void whatCannotBeListedIsRefused() throws Exception {
    for (String query : new String[] {"state=pending", "limit=0", "limit=101", "offset=-1"}) {
      assertThat(get("/v1/deliveries?" + query, TestGateway.KEY).statusCode()).isEqualTo(400);
    }
  }

  private String submit(String webhookUrl) throws IOException, InterruptedException {
    HttpResponse<String> accepted =
        post(
            "/v1/code/execute/python",
            TestGateway.KEY,
            "{\"code\":\"print(1)\",\"webhook_url\":\"" + webhookUrl + "\"}");
    assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
    return JSON.readTree(accepted.body()).get("job_id").asString();
  }

  private void awaitState(String job, String state) {
    Eventually.holds(() -> state.equals(deliveries(job).path("state").asStringOpt().orElse("")));
  }

  private JsonNode deliveries(String job) {
    try {
      return JSON.readTree(get("/v1/jobs/" + job + "/deliveries", TestGateway.KEY).body());
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private HttpResponse<String> get(String path, String key)
      throws IOException, InterruptedException {
    return http.send(request(path, key).build(), HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> post(String path, String key, String body)
      throws IOException, InterruptedException {
    HttpRequest request =
        request(path, key)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    return http.send(request, HttpResponse.BodyHandlers.ofString());
  }

  private static HttpRequest.Builder request(String path, String key) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + path))
        .header("x-api-key", key);
  }
}
