package io.millrace.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.gateway.reply.ReplyAwaiter;
import io.millrace.gateway.support.HandWorker;
import io.millrace.gateway.support.RawClient;
import io.millrace.gateway.support.RawResponse;
import io.millrace.gateway.support.TestGateway;
import io.millrace.standalone.testing.Eventually;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Senders that close their side of a connection, to wait or to go. */
@Tag("services")
class HalfClosedTest {

  private static final Duration MOST = Duration.ofSeconds(30);

  private static TestGateway gateway;
  private static HandWorker worker;

  @BeforeAll
  static void start() {
    gateway = TestGateway.start();
    worker = HandWorker.holding(gateway.context());
  }

  @AfterAll
  static void stop() {
    worker.close();
    gateway.close();
  }

  @Test
  void whoClosesItsSideAndWaitsGetsEveryAnswerHoweverLongItTakes() throws IOException {
    try (RawClient client = new RawClient(gateway.port())) {
      client.send(request("first") + request("second"));
      client.endOutput();
      // Longer than it takes to find out that a sender has gone.
      assertThat(client.readToEnd(Duration.ofMillis(2500))).isFalse();
      worker.letGo(2);
      assertThat(client.readToEnd(MOST)).as("the connection ends").isTrue();
      assertThat(client.answers()).hasSize(2);
      assertThat(client.answers().get(0).text()).contains("\"stdout\":\"first\"");
      assertThat(client.answers().get(1).text()).contains("\"stdout\":\"second\"");
    }
  }

  @Test
  void whoGoesIsFoundOutAndItsPlaceIsFree() throws IOException {
    ReplyAwaiter waiting = gateway.bean(ReplyAwaiter.class);
    Eventually.holds(() -> waiting.size() == 0);
    try (RawClient client = new RawClient(gateway.port())) {
      client.send(request("gone"));
      Eventually.holds(() -> waiting.size() == 1);
    }
    Eventually.holds(() -> waiting.size() == 0);
    worker.letGo(1);
  }

  @Test
  void whoSendsAllThatIsTooMuchReadsWhyItWasRefused() throws IOException {
    byte[] tooMuch = new byte[24 << 20];
    try (RawClient client = new RawClient(gateway.port())) {
      client.send(
          "POST /v1/batches HTTP/1.1\r\nHost: localhost\r\nx-api-key: "
              + TestGateway.KEY
              + "\r\nContent-Type: application/json\r\nContent-Length: "
              + tooMuch.length
              + "\r\n\r\n");
      client.send(tooMuch);
      assertThat(client.readToEnd(MOST)).as("the connection ends").isTrue();
      assertThat(client.answers()).extracting(RawResponse::status).containsExactly(413);
    }
  }

  private static String request(String code) {
    String body = "{\"code\":\"" + code + "\"}";
    return "POST /v1/code/execute/python HTTP/1.1\r\nHost: localhost\r\nx-api-key: "
        + TestGateway.KEY
        + "\r\nContent-Type: application/json\r\nContent-Length: "
        + body.length()
        + "\r\n\r\n"
        + body;
  }
}
