package io.millrace.gateway.events;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.gateway.support.HandWorker;
import io.millrace.gateway.support.Http;
import io.millrace.gateway.support.TestGateway;
import io.millrace.job.Job;
import io.millrace.job.Outcome;
import io.millrace.job.Output;
import io.millrace.store.OutputStreams;
import io.millrace.store.OutputStreams.Channel;
import io.millrace.store.OutputStreams.Piece;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Scanner;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.json.JsonMapper;

@Timeout(90)
@Tag("load")
class JobEventsTest {

  private static TestGateway gateway;
  private static Http http;

  private final CountDownLatch mayEnd = new CountDownLatch(1);
  private HandWorker worker;

  @BeforeAll
  static void start() {
    gateway = TestGateway.start("millrace.events.beat=20ms", "millrace.events.max-watchers=2");
    http = new Http(gateway.port());
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  @BeforeEach
  void startWorker() {
    worker = new HandWorker(gateway.context(), this::program);
  }

  @AfterEach
  void stopWorker() {
    mayEnd.countDown();
    worker.close();
  }

  private Outcome program(Job job) {
    gateway.bean(OutputStreams.class).append(job.jobId(), new Piece(1, Channel.STDOUT, 0, "one\n"));
    try {
      assertThat(mayEnd.await(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return new Outcome.Succeeded(new Output("one\ntwo\n", "", false), "7");
  }

  @Test
  void aWatcherHearsOutputBeforeTheJobEndsAndTheReplyAtTheEnd() throws Exception {
    String job = submit();
    try (Scanner events = watch(job, "")) {
      assertThat(until(events, "event: stdout")).isEqualTo("data: {\"at\":0,\"text\":\"one\\n\"}");
      mayEnd.countDown();
      assertThat(until(events, "event: stdout")).isEqualTo("data: {\"at\":4,\"text\":\"two\\n\"}");
      assertThat(until(events, "event: state")).contains("succeeded");
      assertThat(until(events, "event: end")).contains("\"reply\":{", "\"result\":7");
      assertThat(events.hasNextLine() && !events.nextLine().isEmpty()).isFalse();
    }
  }

  @Test
  void aBrokenStreamIsTakenUpWhereItBroke() throws Exception {
    String job = submit();
    String lastId;
    try (Scanner events = watch(job, "")) {
      until(events, "event: state");
      String line = events.nextLine();
      while (!line.startsWith("id: 1-running-4-")) {
        line = events.nextLine();
      }
      lastId = line.substring(4);
    }
    try (Scanner events = watch(job, lastId)) {
      mayEnd.countDown();
      assertThat(until(events, "event: stdout")).isEqualTo("data: {\"at\":4,\"text\":\"two\\n\"}");
    }
  }

  @Test
  void aJobOfAnotherKeyCannotBeWatched() {
    String job = submit();
    assertThat(
            http.get("/v1/jobs/" + job + "/events", "x-api-key", TestGateway.OTHER_KEY)
                .statusCode())
        .isEqualTo(404);
  }

  @Test
  void noMoreWatchThanMay() throws Exception {
    String job = submit();
    try (Scanner one = watch(job, "");
        Scanner two = watch(job, "")) {
      until(one, "event: stdout");
      until(two, "event: stdout");
      HttpResponse<String> third =
          http.get("/v1/jobs/" + job + "/events", "x-api-key", TestGateway.KEY);
      assertThat(third.statusCode()).isEqualTo(503);
      assertThat(third.headers().firstValue("Retry-After")).isPresent();
    }
  }

  private static String submit() {
    HttpResponse<String> accepted =
        http.post(
            "/v1/code/execute/python",
            "{\"code\":\"\"}",
            "x-api-key",
            TestGateway.KEY,
            "Prefer",
            "respond-async");
    return new JsonMapper().readTree(accepted.body()).path("job_id").asString();
  }

  private static Scanner watch(String job, String lastId) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + gateway.port() + "/v1/jobs/" + job + "/events"))
            .header("x-api-key", TestGateway.KEY);
    if (!lastId.isEmpty()) {
      request.header("Last-Event-ID", lastId);
    }
    HttpResponse<InputStream> response =
        HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type"))
        .hasValue("text/event-stream;charset=UTF-8");
    return new Scanner(response.body(), StandardCharsets.UTF_8);
  }

  /** The line behind the next one that is this. */
  private static String until(Scanner lines, String wanted) {
    while (!lines.nextLine().equals(wanted)) {
      // The next one, then.
    }
    return lines.nextLine();
  }
}
