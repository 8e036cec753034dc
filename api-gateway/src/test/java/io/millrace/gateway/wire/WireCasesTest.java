package io.millrace.gateway.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.gateway.support.HandWorker;
import io.millrace.gateway.support.RawClient;
import io.millrace.gateway.support.RawResponse;
import io.millrace.gateway.support.TestGateway;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Every row of the files of {@link WireCase}, and a good request right after each. */
@Tag("services")
class WireCasesTest {

  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration SHORT_DEADLINE = Duration.ofSeconds(2);
  private static final Duration BODY_DEADLINE = Duration.ofSeconds(6);
  private static final Duration MOST = Duration.ofSeconds(60);

  private static TestGateway gateway;
  private static HandWorker worker;

  @BeforeAll
  static void start() {
    gateway =
        TestGateway.start(
            "millrace.gateway.body-timeout=" + BODY_DEADLINE.toMillis() + "ms",
            "millrace.gateway.head-timeout=" + SHORT_DEADLINE.toMillis() + "ms",
            "millrace.gateway.idle-timeout=" + SHORT_DEADLINE.toMillis() + "ms");
    worker = new HandWorker(gateway.context(), HandWorker::echo);
  }

  @AfterAll
  static void stop() {
    worker.close();
    gateway.close();
  }

  static Stream<WireCase> cases() {
    return WireCase.all();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void isAnsweredAsAgreedAndTheNextRequestIsServed(WireCase wireCase) throws Exception {
    JsonNode expect = wireCase.row().get("expect");
    int before = worker.started();
    List<RawResponse> answers = play(wireCase);
    List<Integer> allowed = new ArrayList<>();
    expect.get("status").forEach(status -> allowed.add(status.asInt()));
    int status = answers.isEmpty() ? 0 : answers.get(0).status();

    assertThat(status).as("status of %s", answers).isIn(allowed);
    if (status != 0) {
      new Kind(expect, status).check(answers);
    }
    if (!expect.get("job").asBoolean()) {
      assertThat(worker.started()).isEqualTo(before);
    }
    aGoodRequestIsServed();
  }

  @Test
  void twoRequestsSentAtOnceAreBothAnsweredHoweverTheyMeetTheServer() throws Exception {
    for (int round = 0; round < 100; round++) {
      try (RawClient client = new RawClient(gateway.port())) {
        client.send(goodRequest("keep-alive"));
        client.send(goodRequest("close"));
        assertThat(client.readAnswers(2, MOST)).hasSize(2);
      }
    }
  }

  private static List<RawResponse> play(WireCase wireCase) throws IOException {
    JsonNode expect = wireCase.row().get("expect");
    String host = "127.0.0.1:" + gateway.port();
    try (RawClient client = new RawClient(gateway.port())) {
      for (JsonNode step : wireCase.row().get("send")) {
        if (step.has("shutdown_write")) {
          client.endOutput();
        } else if (step.has("close")) {
          client.reset();
          return List.of();
        } else if (step.has("sleep_s") && !expect.has("slow")) {
          LockSupport.parkNanos((long) (step.get("sleep_s").asDouble() * 1e9));
        } else if (!step.has("sleep_s")) {
          try {
            client.send(WireCase.bytes(step, host, TestGateway.KEY));
          } catch (IOException refusedUnread) {
            break;
          }
        }
      }
      int answers = expect.has("answers") ? expect.get("answers").asInt() : 1;
      return client.readAnswers(answers, MOST);
    }
  }

  private static void aGoodRequestIsServed() throws IOException {
    try (RawClient client = new RawClient(gateway.port())) {
      client.send(goodRequest("close"));
      List<RawResponse> answers = client.readAnswers(1, MOST);
      assertThat(answers).hasSize(1);
      assertThat(answers.get(0).status()).isEqualTo(200);
      assertThat(JSON.readTree(answers.get(0).body()).at("/response/stdout").asString())
          .isEqualTo("print(1)");
    }
  }

  private static String goodRequest(String connection) {
    return "POST /v1/code/execute/python HTTP/1.1\r\nHost: a\r\nx-api-key: "
        + TestGateway.KEY
        + "\r\nContent-Type: application/json\r\nContent-Length: 19\r\nConnection: "
        + connection
        + "\r\n\r\n{\"code\":\"print(1)\"}";
  }

  /** What {@code kinds.json} says of a body. */
  private record Kind(JsonNode expect, int status) {

    private static final Pattern INTERNALS =
        Pattern.compile(
            "(?i)exception|\\bat [a-z]+\\.[a-z]|jackson|netty|springframework|io\\.millrace");

    void check(List<RawResponse> answers) {
      RawResponse answer = answers.get(0);
      assertThat(answer.header("server")).isNull();
      if (expect.has("answers")) {
        assertThat(answers).hasSize(expect.get("answers").asInt());
      }
      if (expect.has("no_header")) {
        expect
            .get("no_header")
            .forEach(name -> assertThat(answer.header(name.asString())).isNull());
      }
      if (expect.has("body_re")) {
        assertThat(answer.text()).containsPattern(expect.get("body_re").asString());
      }
      if (status >= 400) {
        assertThat(answer.text()).doesNotContainPattern(INTERNALS);
      }
      switch (expect.get("kind").asString()) {
        case "ok" -> answers.forEach(each -> assertThat(json(each).has("job_id")).isTrue());
        case "unauthorized" -> checkError(answer, 401, "Unauthorized");
        case "invalid_json" -> checkInvalid(answer, "not valid JSON");
        case "invalid_payload" -> checkInvalid(answer, expect.path("body_should").asString(""));
        case "unsupported_media" -> checkError(answer, 415, "Unsupported Media Type");
        case "too_large" -> {
          checkError(answer, 413, "Payload Too Large");
          assertThat(answer.header("connection")).isEqualToIgnoringCase("close");
        }
        case "method" -> {
          if (status == 405) {
            assertThat(answer.header("allow")).isEqualTo("POST");
          }
        }
        case "not_found" -> checkError(answer, 404, "Not Found");
        default -> assertThat(answer.body().length).isLessThan(1 << 20);
      }
    }

    private void checkInvalid(RawResponse answer, String says) {
      if (status != 400) {
        return;
      }
      JsonNode error = json(answer);
      assertThat(error.get("error").asString()).isEqualTo("Missing or invalid parameters");
      assertThat(error.get("reason").asString()).isEqualTo("invalid_request");
      assertThat(error.get("stdout").asString()).isEmpty();
      assertThat(error.get("exit_code").asInt()).isEqualTo(400);
      assertThat(error.get("message").asString()).contains(says);
      assertThat(answer.body().length).isLessThan(1100);
    }

    private void checkError(RawResponse answer, int about, String phrase) {
      if (status == about) {
        assertThat(json(answer).get("error").asString()).isEqualTo(phrase);
        assertThat(answer.header("content-type")).isEqualTo("application/json");
      }
    }

    private static JsonNode json(RawResponse answer) {
      return JSON.readTree(answer.body());
    }
  }
}
