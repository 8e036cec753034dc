package io.millrace.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code k8s/smoke.sh --url} against a server that answers as a gateway in that condition does. */
class SmokeTest {
  private static final String JOBS = "POST /v1/code/execute/python";
  private static final String QUEUE = "GET /v1/queue";
  private static final String DELIVERIES = "GET /v1/jobs/42/deliveries";

  private final Map<String, String> answers = new HashMap<>();
  private HttpServer server;

  private record Ending(int code, String output) {}

  @BeforeEach
  void anInstallationThatIsWell() throws IOException {
    answers.put(
        JOBS,
        "200 {\"job_id\":\"42\",\"response\":{\"stdout\":\"Hello, World!\\n\"},\"total_time\":0.008}");
    answers.put(
        QUEUE, "200 {\"queue_length\":0,\"workers\":2,\"slots\":4,\"tiers\":{\"userns\":2}}");
    answers.put(DELIVERIES, "200 {\"state\":\"delivered\",\"attempt_count\":1}");
    server =
        HttpServer.create(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), /* backlog= */ 0);
    server.createContext("/", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void anInstallationThatIsWellPasses() throws Exception {
    assertThat(smoke())
        .isEqualTo(
            new Ending(
                0,
                """
                ok    the queue has 2 workers with 4 slots, and 0 jobs wait
                ok    the sandboxes' tier is {"userns":2}
                ok    the first example answered Hello, World! in 0.008 s
                ok    the webhook was delivered to http://receiver/
                All is as it should be.
                """));
  }

  @ParameterizedTest(name = "{3}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          GET /v1/queue | 401 | {"message":"Unauthorized"} | the key is not one of the gateway's
          GET /v1/queue | 404 | <html> | is no Millrace
          GET /v1/queue | 502 | <html> | a proxy answered 502 for the gateway
          GET /v1/queue | 200 | {"queue_length":7,"workers":0,"slots":0,"tiers":{}} | No worker is there: 7 jobs wait
          GET /v1/queue | 200 | {"queue_length":0,"workers":2,"slots":4,"tiers":{"fallback":1,"userns":1}} | A worker has the tier fallback
          POST /v1/code/execute/python | 429 | {"message":"The queue is full"} | at its limit: The queue is full
          POST /v1/code/execute/python | 503 | {"message":"Kafka is away"} | cannot take jobs now: Kafka is away
          POST /v1/code/execute/python | 202 | {"job_id":"42"} | no worker ran it in time
          POST /v1/code/execute/python | 200 | {"job_id":"42","response":{"stdout":"?"}} | answered something else
          GET /v1/jobs/42/deliveries | 200 | {"state":"pending","attempt_count":1,"attempts":[{"outcome":"rejected","status":500}]} | receiver answered 500
          GET /v1/jobs/42/deliveries | 200 | {"state":"pending","attempt_count":1,"attempts":[{"outcome":"unresolved","status":null,"detail":"No such host"}]} | did not arrive at http://receiver/: unresolved No such host
          """)
  void whatIsNotAsItShouldBeIsSaid(String request, int status, String body, String sentence)
      throws Exception {
    answers.put(request, status + " " + body);
    assertThat(smoke())
        .satisfies(
            ending -> {
              assertThat(ending.code()).isEqualTo(1);
              assertThat(ending.output()).containsPattern("(?m)^FAULT .*\\Q" + sentence + "\\E");
            });
  }

  @Test
  void aGatewayThatIsAwayIsSaid() throws Exception {
    server.stop(0);
    assertThat(smoke().output()).contains("nobody answers at http://127.0.0.1:");
  }

  private void answer(HttpExchange exchange) throws IOException {
    String request = exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
    String answer = Objects.requireNonNullElse(answers.get(request), "404 nothing");
    exchange.getRequestBody().readAllBytes();
    byte[] body = answer.substring(4).getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(Integer.parseInt(answer.substring(0, 3)), body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private Ending smoke() throws Exception {
    Process process =
        new ProcessBuilder(
                "bash",
                Project.file("k8s/smoke.sh").toString(),
                "--url",
                "http://127.0.0.1:" + server.getAddress().getPort(),
                "--key",
                "key",
                "--webhook",
                "http://receiver/")
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ending(process.waitFor(), output);
  }
}
