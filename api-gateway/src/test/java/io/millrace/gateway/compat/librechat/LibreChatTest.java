package io.millrace.gateway.compat.librechat;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.gateway.compat.JobReply;
import io.millrace.gateway.compat.ScriptedPrograms;
import io.millrace.gateway.support.Api;
import io.millrace.gateway.support.Http;
import io.millrace.gateway.support.TestGateway;
import io.millrace.job.WideInputs;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

@Tag("services")
class LibreChatTest {

  private static final String FORM = "multipart/form-data; boundary=b";

  @TempDir private static Path folder;
  private static TestGateway gateway;
  private static ScriptedPrograms programs;
  private static Api api;

  @BeforeAll
  static void start() {
    gateway = TestGateway.start("millrace.compat=librechat", "millrace.files.store=dir:" + folder);
    programs = new ScriptedPrograms(gateway);
    api = new Api(gateway, TestGateway.KEY);
  }

  @AfterAll
  static void stop() {
    programs.close();
    gateway.close();
  }

  @Test
  void itIsWellWithoutAKey() {
    assertThat(new Http(gateway.port()).get("/v1/health").statusCode()).isEqualTo(200);
  }

  @Test
  void aSuccessHasItsOutputAndOneSession() {
    HttpResponse<String> answer = execute("warns", ",\"user_id\":\"u\",\"unknown\":1");
    assertThat(answer.statusCode()).isEqualTo(200);
    JsonNode body = Api.json(answer);
    assertThat(body.path("stdout").asString()).isEqualTo("done\n");
    assertThat(body.path("stderr").asString()).isEqualTo("warning\n");
    assertThat(body.path("session_id").asString()).isNotEmpty();
    assertThat(body.path("storage_session_id")).isEqualTo(body.path("session_id"));
    assertThat(body.path("files")).isEmpty();
    assertThat(body.path("code").asInt(-1)).isZero();
    assertThat(body.path("status").isNull()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "null",
      value = {
        "raises, 1, null, RE, ValueError: boom",
        "crashes, null, SIGSEGV, SG, SIGSEGV",
        "sleeps, null, SIGKILL, TO, Execution timed out after",
        "floods, null, SIGKILL, OL, stdout length exceeded"
      })
  void aProgramThatEndsOtherwiseIsA200TooAndItsStderrSaysSo(
      String code, Integer exitCode, String signal, String status, String said) {
    HttpResponse<String> answer = execute(code, "");
    assertThat(answer.statusCode()).isEqualTo(200);
    JsonNode body = Api.json(answer);
    assertThat(body.path("code").isNull() ? null : body.path("code").asInt()).isEqualTo(exitCode);
    assertThat(body.path("signal").isNull() ? null : body.path("signal").asString())
        .isEqualTo(signal);
    assertThat(body.path("status").asString()).isEqualTo(status);
    assertThat(body.path("stderr").asString()).containsOnlyOnce(said).endsWith("\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"lang\":\"js\",\"code\":\"1\"}|Unsupported language: js",
        "{\"lang\":\"r\",\"code\":\"1\"}|Unsupported language: r",
        "{\"lang\":\"py\"}|lang and code are required as strings",
        "{\"lang\":\"py\",\"code\":\"\",\"files\":[{\"id\":\"1\"}]}|each of files needs id and name as strings"
      })
  void aBadRequestSaysWhy(String body, String error) {
    HttpResponse<String> answer = api.post("/v1/exec", body);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).isEqualTo("{\"error\":\"" + error + "\"}");
  }

  @Test
  void whatIsOurFaultIsAnError() {
    HttpResponse<String> answer = execute("is lost", "");
    assertThat(answer.statusCode()).isEqualTo(500);
    assertThat(Api.json(answer).propertyNames()).containsExactly("error");
  }

  @Test
  void bashRunsAsAChildWithItsArguments() {
    api.post("/v1/exec", "{\"lang\":\"bash\",\"code\":\"echo $1\",\"args\":[\"a\"]}");
    assertThat(programs.last().request().code()).contains("subprocess.call([\"bash\"");
    assertThat(inputs().inputJson()).isEqualTo("\"echo $1\"");
    assertThat(inputs().args()).containsExactly("a");
  }

  @Test
  void anUploadReachesAProgramAndCanBeListedAskedForAndDeleted() {
    JsonNode uploaded = upload("data.csv", "a,b\n");
    assertThat(uploaded.path("message").asString()).isEqualTo("success");
    assertThat(uploaded.path("storage_session_id")).isEqualTo(uploaded.path("session_id"));
    String session = uploaded.path("session_id").asString();
    JsonNode file = uploaded.path("files").path(0);
    assertThat(file.path("filename").asString()).isEqualTo("data.csv");
    String id = file.path("fileId").asString();

    for (String sessionName : List.of("session_id", "storage_session_id")) {
      execute(
          "print(1)",
          ",\"files\":[{\"id\":\"%s\",\"%s\":\"%s\",\"name\":\"/mnt/data/data.csv\",\"kind\":\"user\"}]"
              .formatted(id, sessionName, session));
      assertThat(inputs().files().get(0).path()).isEqualTo("data.csv");
      assertThat(inputs().files().get(0).fileId()).isEqualTo(id);
    }

    String listing = "/v1/files/" + session + "?detail=";
    assertThat(Api.json(api.get(listing + "simple")).path(0).asString())
        .isEqualTo(session + "/" + id + ".csv");
    JsonNode summary = Api.json(api.get(listing + "summary")).path(0);
    assertThat(summary.path("name").asString()).startsWith(session + "/" + id);
    assertThat(summary.path("lastModified").asString()).startsWith("20");
    JsonNode full = Api.json(api.get(listing + "full")).path(0);
    assertThat(full.path("metadata").path("original-filename").asString()).isEqualTo("data.csv");
    assertThat(Api.json(api.get("/v1/sessions/" + session + "/objects/" + id)).path("size").asInt())
        .isEqualTo(4);
    assertThat(api.get("/v1/download/" + session + "/" + id).body()).isEqualTo("a,b\n");
    assertThat(api.get("/v1/files/" + id).body()).isEqualTo("a,b\n");
    assertThat(api.get("/v1/files/" + id + "?meta").body()).contains("\"file_id\"");

    assertThat(api.delete("/v1/files/" + session + "/" + id).statusCode()).isEqualTo(200);
    assertThat(Api.json(api.get(listing + "simple"))).isEmpty();
    HttpResponse<String> gone = api.get("/v1/download/" + session + "/" + id);
    assertThat(gone.statusCode()).isEqualTo(404);
    assertThat(Api.json(gone).propertyNames()).containsExactly("error");
  }

  @Test
  void anotherKeysFileIsNotThere() {
    JsonNode uploaded = upload("mine.txt", "x");
    String session = uploaded.path("session_id").asString();
    Api other = new Api(gateway, TestGateway.OTHER_KEY);
    assertThat(other.get("/v1/download/" + session + "/" + session).statusCode()).isEqualTo(404);
    assertThat(Api.json(other.get("/v1/files/" + session + "?detail=simple"))).isEmpty();
    assertThat(other.delete("/v1/files/" + session + "/" + session).statusCode()).isEqualTo(404);
    HttpResponse<String> run =
        other.post(
            "/v1/exec",
            "{\"lang\":\"py\",\"code\":\"1\",\"files\":[{\"id\":\"%s\",\"name\":\"a\"}]}"
                .formatted(session));
    assertThat(run.statusCode()).isEqualTo(400);
    assertThat(Api.json(run).propertyNames()).containsExactly("error");
  }

  @ParameterizedTest
  @ValueSource(strings = {"no-session", "00000000-0000-4000-8000-000000000000"})
  void anUnknownSessionIsEmpty(String session) {
    HttpResponse<String> answer = api.get("/v1/files/" + session + "?detail=summary");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("[]");
  }

  @Test
  void whatAJobMadeIsInItsSessionByBothNamesAndFiftyAtMost() {
    StringBuilder made = new StringBuilder();
    for (int i = 0; i < 60; i++) {
      made.append("{\"path\":\"f%d.txt\",\"size\":1,\"file_id\":\"id%d\"},".formatted(i, i));
    }
    JobReply reply =
        JobReply.ofKept(
            "{\"endpoint\":\"/v1/jobs\",\"code\":200,\"job_id\":\"j\",\"response\":{\"result\":null,"
                + "\"stdout\":\"\",\"stderr\":\"\",\"exit_code\":0,\"files\":["
                + "{\"path\":\"big\",\"size\":9,\"omitted\":\"too_large\"},"
                + made.substring(0, made.length() - 1)
                + "]},\"message\":\"success\",\"run_time\":0.5}");
    JsonNode result = LibreChatResult.of(reply, List.of());
    assertThat(result.path("files")).hasSize(50);
    assertThat(result.path("files").path(0).toString())
        .isEqualTo(
            "{\"id\":\"id0\",\"name\":\"f0.txt\",\"storage_session_id\":\"j\",\"session_id\":\"j\"}");
    assertThat(result.path("wall_time").asInt()).isEqualTo(500);
  }

  private static WideInputs inputs() {
    return Objects.requireNonNull(programs.last().request().wide());
  }

  private static JsonNode upload(String name, String content) {
    String form =
        "--b\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\nuser\r\n"
            + "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\""
            + name
            + "\"\r\nContent-Type: text/csv\r\n\r\n"
            + content
            + "\r\n--b--\r\n";
    return Api.json(api.postAs(FORM, "/v1/upload", form));
  }

  private static HttpResponse<String> execute(String code, String more) {
    return api.post("/v1/exec", "{\"lang\":\"py\",\"code\":\"" + code + "\"" + more + "}");
  }
}
