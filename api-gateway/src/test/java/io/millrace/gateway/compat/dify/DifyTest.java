package io.millrace.gateway.compat.dify;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.gateway.compat.ScriptedPrograms;
import io.millrace.gateway.support.Api;
import io.millrace.gateway.support.Http;
import io.millrace.gateway.support.TestGateway;
import io.millrace.job.WideInputs;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

@Tag("services")
class DifyTest {

  private static final String RUN = "/v1/sandbox/run";
  private static final String DEPENDENCIES = "/v1/sandbox/dependencies";
  private static final Pattern BASE64 = Pattern.compile("b64decode\\('([^']*)'\\)");

  private static TestGateway gateway;
  private static ScriptedPrograms programs;
  private static Api api;
  private static Http http;

  @BeforeAll
  static void start() {
    gateway = TestGateway.start("millrace.compat=dify");
    programs = new ScriptedPrograms(gateway);
    programs.beat();
    api = new Api(gateway, TestGateway.KEY);
    http = new Http(gateway.port());
  }

  @AfterAll
  static void stop() {
    programs.close();
    gateway.close();
  }

  @Test
  void itIsWellWithoutAKey() {
    HttpResponse<String> answer = http.get("/health");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("\"ok\"");
  }

  @Test
  void aSuccessHasNoErrorThoughTheProgramWarned() {
    HttpResponse<String> answer = run("warns", ",\"preload\":\"\",\"enable_network\":true");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body())
        .isEqualTo(
            "{\"code\":0,\"message\":\"success\",\"data\":{\"stdout\":\"done\\n\",\"stderr\":\"warning\\n\","
                + "\"error\":\"\",\"exit_code\":0}}");
    assertThat(programs.last().request().code()).isEqualTo("warns");
    assertThat(programs.last().request().timeout()).isEqualTo(30);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "raises|1|\"process exited with code 1\nTraceback\nValueError: boom\n\"",
        "exits|3|process exited with code 3",
        "crashes|-1|\"process exited with code -1\nKilled by signal 11 (SIGSEGV)\"",
        "hoards|-1|\"process exited with code -1\nThe program used more than 512 MiB of memory\"",
        "sleeps|-1|timeout"
      })
  void aProgramThatFailedIsA200Too(String code, int exitCode, String error) {
    HttpResponse<String> answer = run(code, "");
    assertThat(answer.statusCode()).isEqualTo(200);
    JsonNode body = Api.json(answer);
    assertThat(body.path("code").asInt(-1)).isZero();
    assertThat(body.path("data").path("error").asString()).isEqualTo(error);
    assertThat(body.path("data").path("exit_code").asInt()).isEqualTo(exitCode);
  }

  @Test
  void outputThatWasCutFailsTheNodeAndWarningsThatWereCutDoNot() {
    JsonNode flood = Api.json(run("floods", "")).path("data");
    assertThat(flood.path("error").asString()).contains("MILLRACE_SANDBOX_OUTPUT");
    assertThat(flood.path("stdout").asString()).hasSize(1000);
    assertThat(Api.json(run("complains", "")).path("data").path("error").asString()).isEmpty();
  }

  @Test
  void whatIsOurFaultIsNoResult() {
    HttpResponse<String> answer = run("is lost", "");
    assertThat(answer.statusCode()).isEqualTo(500);
    assertThat(answer.body())
        .isEqualTo("{\"code\":-500,\"message\":\"Its workers vanished\",\"data\":null}");
  }

  @Test
  void thePreloadRunsFirstInTheSameGlobals() {
    run("print(x)", ",\"preload\":\"x = 'é'\"");
    List<String> sources =
        BASE64
            .matcher(programs.last().request().code())
            .results()
            .map(each -> Base64.getDecoder().decode(each.group(1)))
            .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
            .toList();
    assertThat(sources).containsExactly("x = 'é'", "print(x)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"language\":\"nodejs\",\"code\":\"1\"}|unsupported language",
        "{\"language\":\"ruby\",\"code\":\"1\"}|unsupported language",
        "{\"code\":\"1\"}|language is required as a string",
        "{\"language\":\"python3\",\"code\":\"\"}|code is required as a string",
        "{\"language\":\"python3\",\"code\":\"1\",\"preload\":1}|preload must be a string",
        "{\"language\":\"python3\",\"code\":\"1\",\"enable_network\":1}|enable_network must be true or false",
        "{\"language\":\"python3\",\"code\":\"\\u0000\"}|code holds a NUL character, which Python refuses",
        "[]|The body must be a JSON object"
      })
  void aBadRequestIsA400(String body, String message) {
    HttpResponse<String> answer = api.post(RUN, body);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body())
        .isEqualTo("{\"code\":-400,\"message\":\"" + message + "\",\"data\":null}");
  }

  @Test
  void aProgramHasTheNetworkOfItsKeyWhereItAsksForItAndElseNone() {
    run("print(1)", ",\"enable_network\":true");
    assertThat(inputs().network()).isNull();
    run("print(1)", "");
    assertThat(inputs().network()).isEmpty();
  }

  private static WideInputs inputs() {
    return Objects.requireNonNull(programs.last().request().wide());
  }

  @Test
  void unknownFieldsArePassedOver() {
    assertThat(run("print(1)", ",\"options\":{\"a\":1}").statusCode()).isEqualTo(200);
  }

  @Test
  void whatCanBeImportedIsListed() {
    String listed =
        "{\"code\":0,\"message\":\"success\",\"data\":{\"dependencies\":["
            + "{\"name\":\"numpy\",\"version\":\"1.24.2\"},{\"name\":\"Jinja2\",\"version\":\"3.1.2\"}]}}";
    programs.beat();
    assertThat(api.get(DEPENDENCIES + "?language=python3").body()).isEqualTo(listed);
    assertThat(api.get(DEPENDENCIES + "/refresh?language=python3").body()).isEqualTo(listed);
    assertThat(api.post(DEPENDENCIES + "/update", "{\"language\":\"python3\"}").body())
        .isEqualTo(listed);
    assertThat(api.get(DEPENDENCIES + "?language=nodejs").statusCode()).isEqualTo(400);
    assertThat(api.get(DEPENDENCIES).statusCode()).isEqualTo(400);
  }

  private static HttpResponse<String> run(String code, String more) {
    return api.post(RUN, "{\"language\":\"python3\",\"code\":\"" + code + "\"" + more + "}");
  }
}
