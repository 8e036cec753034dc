package io.millrace.gateway.compat.nca;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.gateway.support.Api;
import io.millrace.gateway.support.HandWorker;
import io.millrace.gateway.support.Http;
import io.millrace.gateway.support.TestGateway;
import io.millrace.job.Outcome;
import io.millrace.job.Output;
import io.millrace.standalone.testing.Eventually;
import java.net.http.HttpResponse;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

@Tag("services")
class ToolkitTest {

  private static final String KEY = "Toolkit-Key-0123456789abcdef";
  private static final String JOB = "/v1/toolkit/job/status";
  private static final String JOBS = "/v1/toolkit/jobs/status";

  private static TestGateway gateway;
  private static HandWorker worker;
  private static Semaphore held;
  private static Api api;

  @BeforeAll
  static void start() {
    gateway =
        TestGateway.start(
            "millrace.api-keys=toolkit-"
                + System.nanoTime()
                + ":"
                + KEY
                + ",other:"
                + TestGateway.OTHER_KEY);
    held = new Semaphore(0);
    worker =
        new HandWorker(
            gateway.context(),
            job ->
                switch (job.request().code()) {
                  case "fails" ->
                      new Outcome.Failed(
                          new Output("", "Traceback", false), "exception", "ValueError: x", 1);
                  case "late" -> new Outcome.TimedOut(Output.NONE, 30);
                  case "held" -> {
                    held.acquireUninterruptibly();
                    yield HandWorker.echo(job);
                  }
                  default -> HandWorker.echo(job);
                });
    api = new Api(gateway, KEY);
  }

  @AfterAll
  static void stop() {
    held.release();
    worker.close();
    gateway.close();
  }

  @ParameterizedTest
  @CsvSource({"print(1), done, 200", "fails, failed, 400", "late, failed, 408"})
  void aJobThatEndedIsToldWithItsWholeReply(String code, String word, int status) {
    HttpResponse<String> reply = api.execute(Api.code(code));
    assertThat(reply.statusCode()).isEqualTo(status);
    String jobId = Api.json(reply).path("job_id").asString();
    HttpResponse<String> answer =
        api.post(JOB, "{\"job_id\":\"" + jobId + "\",\"id\":\"mine\",\"unknown\":1}");
    assertThat(answer.statusCode()).isEqualTo(200);
    JsonNode body = Api.json(answer);
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
    assertThat(body.path("endpoint").asString()).isEqualTo(JOB);
    assertThat(body.path("id").asString()).isEqualTo("mine");
    assertThat(body.path("message").asString()).isEqualTo("success");
    JsonNode told = body.path("response");
    assertThat(told.propertyNames())
        .containsExactly("job_status", "job_id", "queue_id", "process_id", "response");
    assertThat(told.path("job_status").asString()).isEqualTo(word);
    assertThat(told.path("job_id").asString()).isEqualTo(jobId);
    assertThat(told.path("queue_id")).isEqualTo(Api.json(reply).path("queue_id"));
    assertThat(told.path("process_id")).isEqualTo(Api.json(reply).path("pid"));
    assertThat(answer.body()).contains("\"response\":" + reply.body() + "}");
    assertThat(states("{}").path(jobId).asString()).isEqualTo(word);
  }

  @Test
  void aJobThatRunsHasNoReplyAndIsAmongThoseOfItsKeyAlone() {
    HttpResponse<String> begun = api.execute(Api.code("held"), "Prefer", "respond-async");
    String jobId = Api.json(begun).path("job_id").asString();
    Eventually.holds(() -> word(jobId).equals("running"));
    JsonNode told = Api.json(api.post(JOB, "{\"job_id\":\"" + jobId + "\"}")).path("response");
    assertThat(told.path("response").isNull()).isTrue();
    assertThat(states("{}").path(jobId).asString()).isEqualTo("running");
    assertThat(states("{\"since_seconds\":0}").has(jobId)).isFalse();
    Api other = new Api(gateway, TestGateway.OTHER_KEY);
    assertThat(Api.json(other.post(JOBS, "{}")).path("response").has(jobId)).isFalse();
    assertThat(other.post(JOB, "{\"job_id\":\"" + jobId + "\"}").statusCode()).isEqualTo(404);
    held.release();
    Eventually.holds(() -> word(jobId).equals("done"));
  }

  @ParameterizedTest
  @CsvSource({"no-such-job", "00000000-0000-4000-8000-000000000000", "\\ud800"})
  void anUnknownJobIsNotFound(String jobId) {
    HttpResponse<String> answer = api.post(JOB, "{\"job_id\":\"" + jobId + "\"}");
    assertThat(answer.statusCode()).isEqualTo(404);
    JsonNode body = Api.json(answer);
    assertThat(body.path("code").asInt()).isEqualTo(404);
    assertThat(body.path("response").isNull()).isTrue();
    assertThat(body.path("message").path("error").asString()).isEqualTo("Job not found");
    assertThat(body.path("message").has("job_id")).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        JOB + "|{}",
        JOB + "|{\"job_id\":1}",
        JOB + "|[]",
        JOB + "|{",
        JOBS + "|{\"since_seconds\":\"1\"}",
        JOBS + "|{\"since_seconds\":-1}",
        JOBS + "|null"
      })
  void aBadQuestionIsRefused(String path, String body) {
    HttpResponse<String> answer = api.post(path, body);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(Api.json(answer).path("reason").asString()).isEqualTo("invalid_request");
  }

  @Test
  void jobsNeedNoBody() {
    Http bare = new Http(gateway.port());
    assertThat(bare.postNothing(JOBS, "x-api-key", KEY).statusCode()).isEqualTo(200);
  }

  @Test
  void aKeyIsGoodOrNot() {
    HttpResponse<String> good = api.get("/v1/toolkit/authenticate");
    assertThat(Api.json(good).path("response").asString()).isEqualTo("Authorized");
    assertThat(Api.json(good).path("endpoint").asString()).isEqualTo("/v1/toolkit/authenticate");
    assertThat(new Api(gateway, "wrong").get("/v1/toolkit/authenticate").statusCode())
        .isEqualTo(401);
    assertThat(new Api(gateway, "wrong").post(JOB, "{}").statusCode()).isEqualTo(401);
  }

  private static String word(String jobId) {
    return Api.json(api.post(JOB, "{\"job_id\":\"" + jobId + "\"}"))
        .path("response")
        .path("job_status")
        .asString("");
  }

  private static JsonNode states(String question) {
    return Api.json(api.post(JOBS, question)).path("response");
  }
}
