package io.millrace.gateway.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.gateway.support.HandWorker;
import io.millrace.gateway.support.Http;
import io.millrace.gateway.support.RawClient;
import io.millrace.gateway.support.TestGateway;
import io.millrace.standalone.testing.Eventually;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Calls that are given up by their client, and calls that tell how far they are. */
@Tag("services")
class McpCancelTest {

  private static TestGateway gateway;
  private static TestGateway other;
  private static HandWorker worker;

  @BeforeAll
  static void start() {
    gateway = TestGateway.start();
    other = TestGateway.start();
    worker = HandWorker.holding(gateway.context());
  }

  @AfterAll
  static void stop() {
    worker.close();
    other.close();
    gateway.close();
  }

  @Test
  void aNoticeAtAnyGatewayCancelsTheCallWhichThenHasNoResult() {
    McpSession session = McpSession.open(gateway);
    int before = worker.started();
    CompletableFuture<HttpResponse<String>> call =
        CompletableFuture.supplyAsync(() -> session.call(gateway, 7, "cancel me"));
    Eventually.holds(() -> worker.started() > before);
    McpSession stranger = McpSession.open(other);
    assertThat(stranger.cancel(other, 7).statusCode()).isEqualTo(202);
    assertThat(session.cancel(other, 8).statusCode()).isEqualTo(202);
    assertThat(call).isNotDone();
    assertThat(session.cancel(other, 7).statusCode()).isEqualTo(202);
    assertThat(call.join().statusCode()).isEqualTo(202);
    assertThat(call.join().body()).isEmpty();
    assertThat(lastState()).isEqualTo("cancelled");
    worker.letGo(1);
  }

  @Test
  void aStreamOfACancelledCallEndsWithoutAResult() {
    McpSession session = McpSession.open(gateway);
    int before = worker.started();
    CompletableFuture<HttpResponse<String>> call =
        CompletableFuture.supplyAsync(() -> session.callWithProgress(gateway, 9, "stream"));
    Eventually.holds(() -> worker.started() > before);
    assertThat(session.cancel(other, 9).statusCode()).isEqualTo(202);
    assertThat(call.join().body()).contains("notifications/progress").doesNotContain("\"result\"");
    worker.letGo(1);
  }

  @Test
  void aJobThatIsCancelledByItsIdIsAResultToItsCall() {
    McpSession session = McpSession.open(gateway);
    int before = worker.started();
    CompletableFuture<HttpResponse<String>> call =
        CompletableFuture.supplyAsync(() -> session.call(gateway, 10, "by its id"));
    Eventually.holds(() -> worker.started() > before);
    new Http(other.port()).delete("/v1/jobs/" + lastJob("job_id"), "x-api-key", TestGateway.KEY);
    assertThat(McpSession.told(call.join()).path("reason").asString()).isEqualTo("cancelled");
    worker.letGo(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aConnectionThatBreaksCancelsTheCall(boolean reset) throws IOException {
    String code = "broken " + reset;
    int before = worker.started();
    try (RawClient client = new RawClient(gateway.port())) {
      String body = McpSession.call(1, code);
      client.send(
          "POST /mcp HTTP/1.1\r\nHost: localhost\r\nx-api-key: "
              + TestGateway.KEY
              + "\r\nContent-Type: application/json\r\nContent-Length: "
              + body.length()
              + "\r\n\r\n"
              + body);
      Eventually.holds(() -> worker.started() > before);
      if (reset) {
        client.reset();
      }
    }
    Eventually.holds(() -> lastState().equals("cancelled"));
    worker.letGo(1);
  }

  @Test
  void progressIsToldWhileAJobRunsAndThenItsResult() throws Exception {
    ObjectNode params = McpSession.JSON.createObjectNode().put("name", "execute_python");
    params.putObject("arguments").put("code", "slow");
    params.putObject("_meta").put("progressToken", "p1");
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + "/mcp"))
            .headers(McpSession.open(gateway).head())
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(McpSession.request(3, "tools/call", params)))
            .build();
    var answer =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofInputStream());
    assertThat(answer.headers().firstValue("Content-Type")).contains("text/event-stream");
    double last = -1;
    boolean ran = false;
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
      for (String line; (line = lines.readLine()) != null; ) {
        if (!line.startsWith("data: ")) {
          continue;
        }
        JsonNode message = McpSession.JSON.readTree(line.substring(6));
        if (message.has("result")) {
          assertThat(message.path("id").asInt()).isEqualTo(3);
          assertThat(message.path("result").path("structuredContent").path("stdout").asString())
              .isEqualTo("slow");
          assertThat(lines.readLine()).isEmpty();
          assertThat(lines.readLine()).isNull();
          assertThat(ran).isTrue();
          return;
        }
        JsonNode news = message.path("params");
        assertThat(message.path("method").asString()).isEqualTo("notifications/progress");
        assertThat(news.path("progressToken").asString()).isEqualTo("p1");
        assertThat(news.path("progress").asDouble()).isGreaterThan(last);
        last = news.path("progress").asDouble();
        if (!ran && news.path("message").asString().equals("The program runs")) {
          ran = true;
          worker.letGo(1);
        }
      }
    }
    throw new AssertionError("the stream ended without a result");
  }

  private static String lastState() {
    return lastJob("state");
  }

  private static String lastJob(String field) {
    HttpResponse<String> list =
        new Http(other.port()).get("/v1/jobs?limit=1", "x-api-key", TestGateway.KEY);
    return McpSession.JSON.readTree(list.body()).path("jobs").path(0).path(field).asString("");
  }
}
