package io.millrace.gateway.events;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.gateway.events.Watcher.Heard;
import io.millrace.gateway.support.Http;
import io.millrace.gateway.support.TestGateway;
import io.millrace.standalone.testing.Eventually;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

@Tag("services")
class JobEventsTest {

  private static final JsonMapper JSON = new JsonMapper();

  private static TestGateway gateway;
  private static Http http;
  private static HeldJobs jobs;

  @BeforeAll
  static void start() {
    gateway =
        TestGateway.start(
            "millrace.events.beat=20ms",
            "millrace.events.keep-alive=1h",
            "millrace.events.max-watchers=2");
    http = new Http(gateway.port());
    jobs = new HeldJobs(gateway);
  }

  @AfterAll
  static void stop() {
    jobs.close();
    gateway.close();
  }

  @BeforeEach
  void nobodyWatches() {
    jobs.next();
    Eventually.holds(() -> watchers() == 0);
  }

  @Test
  void aWatcherHearsStatesAndOutputAsTheyComeAndTheReplyAtTheEnd() {
    try (Watcher watcher = watch(submit())) {
      jobs.mayWrite();
      assertThat(watcher.next("stdout").data()).isEqualTo("{\"at\":0,\"text\":\"one\\n\"}");
      assertThat(watcher.next("stderr").data()).isEqualTo("{\"at\":0,\"text\":\"hm\\n\"}");
      jobs.mayEnd();
      assertThat(watcher.next().data()).isEqualTo("{\"at\":4,\"text\":\"two\\n\"}");
      assertThat(watcher.next().data()).contains("\"state\":\"succeeded\"");
      Heard end = watcher.next();
      assertThat(end.name()).isEqualTo("end");
      assertThat(end.data()).contains("\"reply\":{", "\"result\":7");
      watcher.awaitEnd();
    }
  }

  @Test
  void aJobIsHeardToWaitAndThenToRun() {
    try (Watcher watcher = watch(submit())) {
      Heard first = watcher.next();
      // A worker may be quicker than the watcher.
      Heard running = first.data().contains("queued") ? watcher.next() : first;
      assertThat(running.name()).isEqualTo("state");
      assertThat(running.data())
          .isEqualTo("{\"state\":\"running\",\"attempt\":1,\"restarted\":false}");
    }
  }

  @Test
  void aBrokenStreamIsTakenUpWhereItBroke() {
    String job = submit();
    jobs.mayWrite();
    String lastId;
    try (Watcher watcher = watch(job)) {
      lastId = watcher.next("stderr").id();
    }
    jobs.mayEnd();
    try (Watcher watcher = watch(job, "Last-Event-ID", lastId)) {
      Heard first = watcher.next();
      assertThat(first.name()).isEqualTo("stdout");
      assertThat(first.data()).isEqualTo("{\"at\":4,\"text\":\"two\\n\"}");
    }
  }

  @Test
  void whoComesBackIsAnsweredAtOnceThoughThereIsNothingToTell() {
    String job = submit();
    jobs.mayWrite();
    String lastId;
    try (Watcher watcher = watch(job)) {
      lastId = watcher.next("stderr").id();
    }
    try (Watcher watcher = watch(job, "Last-Event-ID", lastId)) {
      watcher.awaitComment();
    }
  }

  @Test
  void aJobThatHasEndedIsToldWhole() {
    String job = submit();
    jobs.mayEnd();
    assertThat(http.get("/v1/jobs/" + job + "?wait=60", "x-api-key", TestGateway.KEY).body())
        .contains("succeeded");
    try (Watcher watcher = watch(job)) {
      assertThat(stdoutUntilTheEnd(watcher)).isEqualTo("one\ntwo\n");
      watcher.awaitEnd();
    }
  }

  @Test
  void whoLeavesMakesRoomThoughTheJobSaysNothing() {
    String job = submit();
    try (Watcher one = watch(job);
        Watcher two = watch(job)) {
      one.awaitComment();
      two.awaitComment();
      assertThat(watchers()).isEqualTo(2);
    }
    Eventually.holds(() -> watchers() == 0);
  }

  @Test
  void noMoreWatchThanMay() {
    String job = submit();
    try (Watcher one = watch(job);
        Watcher two = watch(job)) {
      one.next("state");
      two.next("state");
      HttpResponse<String> third =
          http.get("/v1/jobs/" + job + "/events", "x-api-key", TestGateway.KEY);
      assertThat(third.statusCode()).isEqualTo(503);
      assertThat(third.headers().firstValue("Retry-After")).isPresent();
    }
  }

  @Test
  void aJobOfAnotherKeyCannotBeWatched() {
    HttpResponse<String> answer =
        http.get("/v1/jobs/" + submit() + "/events", "x-api-key", TestGateway.OTHER_KEY);
    assertThat(answer.statusCode()).isEqualTo(404);
  }

  private static String stdoutUntilTheEnd(Watcher watcher) {
    StringBuilder text = new StringBuilder();
    for (Heard heard = watcher.next(); !heard.name().equals("end"); heard = watcher.next()) {
      if (heard.name().equals("stdout")) {
        text.append(JSON.readTree(heard.data()).path("text").asString());
      }
    }
    return text.toString();
  }

  private static double watchers() {
    return gateway.bean(MeterRegistry.class).get("millrace.events.watchers").gauge().value();
  }

  private static String submit() {
    HttpResponse<String> accepted =
        http.post(
            "/v1/code/execute/python",
            "{\"code\":\"" + jobs.code() + "\"}",
            "x-api-key",
            TestGateway.KEY,
            "Prefer",
            "respond-async");
    return JSON.readTree(accepted.body()).path("job_id").asString();
  }

  private static Watcher watch(String job, String... headers) {
    return Watcher.of(gateway.port(), job, headers);
  }
}
