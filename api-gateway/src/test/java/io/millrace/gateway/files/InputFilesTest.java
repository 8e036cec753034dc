package io.millrace.gateway.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.gateway.support.Api;
import io.millrace.gateway.support.HandWorker;
import io.millrace.gateway.support.TestGateway;
import io.millrace.job.Job;
import io.millrace.job.Outcome;
import io.millrace.job.Output;
import io.millrace.job.WideInputs;
import io.millrace.standalone.testing.Eventually;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Jobs that read kept files, with a hand in the worker's place. */
@Tag("services")
class InputFilesTest {

  private static final Semaphore GO = new Semaphore(0);

  @TempDir private static Path folder;
  private static TestGateway gateway;
  private static HandWorker worker;
  private static Api api;

  @BeforeAll
  static void start() {
    gateway =
        TestGateway.start(
            "millrace.files.store=dir:" + folder,
            "millrace.files.ttl=3s",
            "millrace.api-keys=tester:"
                + TestGateway.KEY
                + ",other:"
                + TestGateway.OTHER_KEY
                + ",limited:Limited-Key-0123456789abcdef files=1000");
    worker = new HandWorker(gateway.context(), InputFilesTest::run);
    api = new Api(gateway, TestGateway.KEY);
  }

  @AfterAll
  static void stop() {
    GO.release(1000);
    worker.close();
    gateway.close();
  }

  /** Says what it was given. */
  private static Outcome run(Job job) {
    if (job.request().code().equals("wait")) {
      GO.acquireUninterruptibly();
    }
    WideInputs inputs = Objects.requireNonNull(job.request().wide());
    if (job.request().code().equals("quota")) {
      return new Outcome.Succeeded(new Output("limit " + inputs.filesLimit(), "", false), "null");
    }
    StringBuilder told = new StringBuilder();
    for (WideInputs.GivenFile file : inputs.files()) {
      told.append(file.path() + " " + file.fileId() + " " + file.size() + "\n");
    }
    return new Outcome.Succeeded(new Output(told.toString(), "", false), "null");
  }

  @Test
  void aJobIsLetInWithTheFilesThatItsKeyHas() {
    String five = upload("12345");
    String none = upload("");

    HttpResponse<String> reply = api.post("/v1/jobs", job("", "a", five, "b/c", none, "d", five));

    assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
    assertThat(Api.json(reply).path("response").path("stdout").asString())
        .isEqualTo("a %s 5\nb/c %s 0\nd %s 5\n".formatted(five, none, five));
    String jobId = Api.json(reply).path("job_id").asString();
    assertThat(api.get("/v1/jobs/" + jobId + "/request").body())
        .contains("{\"path\":\"a\",\"file_id\":\"" + five + "\"}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a,b",
        "../x",
        "\\u0000",
        "\\ud800",
        "0000000000000000000000000000000000000000000",
        "ANOTHER_KEYS"
      })
  void aFileThatTheKeyDoesNotHaveIsNamed(String fileId) {
    String others = created(new Api(gateway, TestGateway.OTHER_KEY).post("/v1/files?name=x", "{}"));
    String own = upload("x");
    long before = queued();

    HttpResponse<String> refused =
        api.post("/v1/jobs", job("", "own", own, "b", fileId.replace("ANOTHER_KEYS", others)));

    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(Api.json(refused).path("reason").asString()).isEqualTo("file_not_found");
    assertThat(Api.json(refused).path("message").asString()).startsWith("files[1].file_id ");
    assertThat(Api.json(refused).path("id").asString()).isEqualTo("its-id");
    assertThat(queued()).isEqualTo(before);
    assertThat(api.delete("/v1/files/" + own).statusCode()).as("nobody needs it").isEqualTo(204);
  }

  @Test
  void aFileStaysUntilItsJobHasEndedAndNoLonger() {
    String needed = upload("needed");
    String jobId = accepted(job("wait", "a", needed));
    String idle = upload("idle");

    assertThat(api.delete("/v1/files/" + needed).statusCode()).isEqualTo(409);
    Eventually.holds(
        Duration.ofSeconds(30), () -> api.get("/v1/files/" + idle + "?meta").statusCode() == 404);
    assertThat(api.get("/v1/files/" + needed + "?meta").statusCode()).isEqualTo(200);
    GO.release();
    Eventually.holds(() -> api.get("/v1/jobs/" + jobId).body().contains("\"succeeded\""));
    Eventually.holds(
        Duration.ofSeconds(30), () -> api.get("/v1/files/" + needed + "?meta").statusCode() == 404);
  }

  @Test
  void aRepeatIsAnsweredThoughItsFileIsGone() {
    String file = upload("once");
    String[] key = {"Idempotency-Key", "of-" + file};
    HttpResponse<String> first = api.post("/v1/jobs", job("", "a", file), key);
    assertThat(api.delete("/v1/files/" + file).statusCode()).isEqualTo(204);

    assertThat(api.post("/v1/jobs", job("", "a", file), key).body()).isEqualTo(first.body());
    assertThat(api.post("/v1/jobs", job("", "a", file)).statusCode()).isEqualTo(400);
  }

  @Test
  void aWorkerKnowsWhatItsKeyMayHave() {
    Api limited = new Api(gateway, "Limited-Key-0123456789abcdef");
    HttpResponse<String> reply = limited.post("/v1/jobs", "{\"code\":\"quota\"}");

    assertThat(Api.json(reply).path("response").path("stdout").asString()).isEqualTo("limit 1000");
    assertThat(api.post("/v1/jobs", "{\"code\":\"quota\"}").body()).contains("limit null");
  }

  @Test
  void aKeyHasNoMoreBytesOfFilesThanItMay() throws Exception {
    Api limited = new Api(gateway, "Limited-Key-0123456789abcdef");
    assertThat(limited.post("/v1/files?name=a", "x".repeat(600)).statusCode()).isEqualTo(201);
    HttpResponse<String> over = limited.post("/v1/files?name=b", "x".repeat(401));
    assertThat(over.statusCode()).isEqualTo(429);
    assertThat(Api.json(over).path("reason").asString()).isEqualTo("file_quota");
    assertThat(over.headers().firstValue("Retry-After")).isPresent();

    List<CompletableFuture<HttpResponse<String>>> atOnce = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      atOnce.add(
          CompletableFuture.supplyAsync(() -> limited.post("/v1/files?name=c", "x".repeat(150))));
    }
    atOnce.forEach(CompletableFuture::join);
    long kept = 0;
    for (JsonNode file : Api.json(limited.get("/v1/files")).path("files")) {
      kept += file.path("size").asLong();
    }
    assertThat(kept).isLessThanOrEqualTo(1000);
  }

  private static String accepted(String body) {
    HttpResponse<String> accepted = api.post("/v1/jobs", body, "Prefer", "respond-async");
    assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
    return Api.json(accepted).path("job_id").asString();
  }

  private static long queued() {
    return Api.json(api.get("/v1/queue")).path("queue_length").asLong();
  }

  private static String upload(String content) {
    return created(api.post("/v1/files?name=data", content));
  }

  private static String created(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    return Api.json(answer).path("file_id").asString();
  }

  /** Paths and file ids. */
  private static String job(String code, String... files) {
    StringBuilder given = new StringBuilder();
    for (int i = 0; i < files.length; i += 2) {
      given
          .append(i == 0 ? "" : ",")
          .append("{\"path\":\"%s\",\"file_id\":\"%s\"}".formatted(files[i], files[i + 1]));
    }
    return "{\"code\":\"%s\",\"id\":\"its-id\",\"files\":[%s]}".formatted(code, given);
  }
}
