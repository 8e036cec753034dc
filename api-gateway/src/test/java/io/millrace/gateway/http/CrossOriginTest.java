package io.millrace.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.gateway.support.RawClient;
import io.millrace.gateway.support.RawResponse;
import io.millrace.gateway.support.TestGateway;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What browsers are told. */
@Tag("services")
class CrossOriginTest {

  private static final String OURS = "https://app.example.com";
  private static final String FOREIGN = "https://elsewhere.example.com";

  private static TestGateway closed;
  private static TestGateway open;

  @BeforeAll
  static void start() {
    closed = TestGateway.start();
    open = TestGateway.start("millrace.gateway.cors-origins=" + OURS + ",http://localhost:3000");
  }

  @AfterAll
  static void stop() {
    closed.close();
    open.close();
  }

  @Test
  void everyReplyTellsBrowsersToKeepAndEmbedNothing() throws IOException {
    for (String path : List.of("/v1/queue", "/v1/nowhere", "/v1/code/execute/python")) {
      for (String key : List.of(TestGateway.KEY, "wrong")) {
        RawResponse reply = ask(closed, "GET", path, "x-api-key: " + key);
        assertThat(reply.header("x-content-type-options")).as(path).isEqualTo("nosniff");
        assertThat(reply.header("x-frame-options")).as(path).isEqualTo("DENY");
        assertThat(reply.header("referrer-policy")).as(path).isEqualTo("no-referrer");
        assertThat(reply.header("cache-control")).as(path).isEqualTo("no-store");
        assertThat(reply.header("content-security-policy")).as(path).contains("default-src 'none'");
      }
    }
  }

  @Test
  void noOriginIsAllowedUnlessConfigured() throws IOException {
    assertSilent(preflight(closed, OURS));
    assertSilent(get(closed, OURS));
  }

  @Test
  void aConfiguredOriginMayUseTheServiceFromABrowser() throws IOException {
    RawResponse preflight = preflight(open, OURS);
    assertThat(preflight.status()).isEqualTo(200);
    assertThat(preflight.header("access-control-allow-origin")).isEqualTo(OURS);
    assertThat(preflight.header("access-control-allow-headers")).contains("x-api-key");
    assertThat(preflight.header("access-control-allow-credentials")).isNull();

    RawResponse reply = get(open, OURS);
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.header("access-control-allow-origin")).isEqualTo(OURS);
    assertThat(reply.header("access-control-expose-headers")).contains("Retry-After");
  }

  @Test
  void otherOriginsAreToldNothing() throws IOException {
    assertSilent(preflight(open, FOREIGN));
    assertSilent(get(open, FOREIGN));
    assertSilent(get(open, "null"));
  }

  @Test
  void anAllowedOriginStillNeedsItsKey() throws IOException {
    RawResponse reply = ask(open, "GET", "/v1/queue", "Origin: " + OURS);
    assertThat(reply.status()).isEqualTo(401);
    assertThat(reply.header("access-control-allow-origin")).isEqualTo(OURS);
  }

  private static void assertSilent(RawResponse reply) {
    assertThat(reply.headers().keySet()).noneMatch(name -> name.startsWith("access-control-"));
  }

  private static RawResponse preflight(TestGateway gateway, String origin) throws IOException {
    return ask(
        gateway,
        "OPTIONS",
        "/v1/code/execute/python",
        "Origin: "
            + origin
            + "\r\nAccess-Control-Request-Method: POST"
            + "\r\nAccess-Control-Request-Headers: x-api-key,content-type");
  }

  private static RawResponse get(TestGateway gateway, String origin) throws IOException {
    return ask(
        gateway, "GET", "/v1/queue", "x-api-key: " + TestGateway.KEY + "\r\nOrigin: " + origin);
  }

  private static RawResponse ask(TestGateway gateway, String method, String path, String head)
      throws IOException {
    try (RawClient client = new RawClient(gateway.port())) {
      client.send(method + " " + path + " HTTP/1.1\r\nHost: a\r\n" + head + "\r\n\r\n");
      return client.readAnswers(1, Duration.ofMinutes(1)).get(0);
    }
  }
}
