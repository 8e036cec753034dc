package io.millrace.gateway.compat.piston;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.gateway.compat.ScriptedPrograms;
import io.millrace.gateway.support.Api;
import io.millrace.gateway.support.TestGateway;
import io.millrace.job.WideInputs;
import io.millrace.job.WideInputs.GivenFile;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

@Tag("services")
class PistonTest {

  private static final String EXECUTE = "/api/v2/execute";

  private static TestGateway gateway;
  private static ScriptedPrograms programs;
  private static Api api;

  @BeforeAll
  static void start() {
    gateway = TestGateway.start("millrace.compat=piston", "millrace.compat-timeout=7s");
    programs = new ScriptedPrograms(gateway);
    api = new Api(gateway, TestGateway.KEY);
  }

  @BeforeEach
  void beat() {
    programs.beat();
  }

  @AfterAll
  static void stop() {
    programs.close();
    gateway.close();
  }

  @Test
  void theRuntimeIsTheWorkers() {
    assertThat(api.get("/api/v2/runtimes").body())
        .isEqualTo(
            "[{\"language\":\"python\",\"version\":\"3.11.2\",\"aliases\":[\"py\",\"py3\",\"python3\"]}]");
  }

  @Test
  void aSuccessHasItsOutputAndNothingElse() {
    HttpResponse<String> answer = execute("warns", "");
    assertThat(answer.statusCode()).isEqualTo(200);
    JsonNode body = Api.json(answer);
    assertThat(body.propertyNames()).containsExactly("language", "version", "run");
    assertThat(body.path("language").asString()).isEqualTo("python");
    assertThat(body.path("version").asString()).isEqualTo("3.11.2");
    assertThat(body.path("run").propertyNames())
        .containsExactly(
            "stdout",
            "stderr",
            "output",
            "code",
            "signal",
            "message",
            "status",
            "cpu_time",
            "wall_time",
            "memory");
    assertThat(body.path("run").path("output").asString()).isEqualTo("done\nwarning\n");
    assertThat(body.path("run").path("code").asInt(-1)).isZero();
    assertThat(body.path("run").path("status").isNull()).isTrue();
    assertThat(body.path("run").path("signal").isNull()).isTrue();
    assertThat(body.path("run").path("message").isNull()).isTrue();
    assertThat(programs.last().request().timeout()).isEqualTo(7);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "null",
      value = {
        "raises, 1, null, RE, Exited with error status 1",
        "exits, 3, null, RE, Exited with error status 3",
        "crashes, null, SIGSEGV, SG, Caught fatal signal 11",
        "hoards, null, SIGKILL, SG, The program used more than 512 MiB of memory",
        "sleeps, null, SIGKILL, TO, Time limit exceeded (wall clock)",
        "floods, null, SIGKILL, OL, stdout length exceeded",
        "complains, null, SIGKILL, EL, stderr length exceeded",
        "is lost, null, null, XX, Its workers vanished"
      })
  void aProgramThatEndsOtherwiseIsA200Too(
      String code, Integer exitCode, String signal, String status, String message) {
    HttpResponse<String> answer = execute(code, "");
    assertThat(answer.statusCode()).isEqualTo(200);
    JsonNode run = Api.json(answer).path("run");
    assertThat(run.path("code").isNull() ? null : run.path("code").asInt()).isEqualTo(exitCode);
    assertThat(text(run, "signal")).isEqualTo(signal);
    assertThat(text(run, "status")).isEqualTo(status);
    assertThat(text(run, "message")).isEqualTo(message);
  }

  @Test
  void whatCameWithTheProgramReachesIt() {
    HttpResponse<String> answer =
        api.post(
            EXECUTE,
            """
            {"language": "py3", "version": "3.x", "unknown": 1, "compile_timeout": 10000,
             "files": [{"name": "data.bin", "content": "_-8", "encoding": "base64"},
                       {"name": "prog.py", "content": "print(1)"},
                       {"name": "./lib/a.py", "content": "x = 1", "encoding": "utf8"},
                       {"content": "00ff", "encoding": "hex"}],
             "stdin": "one", "args": ["a", "b"], "run_timeout": 1001, "run_cpu_time": 5000,
             "run_memory_limit": 100000001}
            """);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(programs.last().request().code()).isEqualTo("print(1)");
    assertThat(programs.last().request().timeout()).isEqualTo(2);
    WideInputs inputs = programs.last().request().wide();
    assertThat(inputs).isNotNull();
    assertThat(inputs.stdin()).isEqualTo("one\n");
    assertThat(inputs.args()).containsExactly("a", "b");
    assertThat(inputs.memoryMb()).isEqualTo(96);
    assertThat(inputs.outputs()).isEmpty();
    assertThat(inputs.files().stream().map(GivenFile::path))
        .isEqualTo(List.of("data.bin", "lib/a.py", "file3.code"));
    assertThat(inputs.files().stream().map(GivenFile::base64))
        .isEqualTo(List.of("/+8=", "eCA9IDE=", "AP8="));
  }

  @ParameterizedTest
  @CsvSource({"run_memory_limit, -1", "run_memory_limit, 0", "run_memory_limit, null"})
  void noMemoryLimitIsTheWorkers(String name, String value) {
    assertThat(execute("print(1)", ",\"" + name + "\":" + value).statusCode()).isEqualTo(200);
    assertThat(programs.last().request().wide()).isNotNull();
    assertThat(programs.last().request().wide().memoryMb()).isNull();
  }

  @Test
  void littleMemoryIsRaisedToWhatASandboxNeeds() {
    execute("print(1)", ",\"run_memory_limit\":1000");
    assertThat(programs.last().request().wide()).isNotNull();
    assertThat(programs.last().request().wide().memoryMb()).isEqualTo(64);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[]|The body must be a JSON object",
        "{}|language is required as a string",
        "{\"language\":\"python\"}|version is required as a string",
        "{\"language\":\"python\",\"version\":\"*\"}|files is required as an array",
        "{\"language\":\"python\",\"version\":\"*\",\"files\":[{}]}|files[0].content is required as a string",
        "{\"language\":\"rust\",\"version\":\"1.68.2\",\"files\":[]}|rust-1.68.2 runtime is unknown",
        "{\"language\":\"python\",\"version\":\"3.10.0\",\"files\":[]}|python-3.10.0 runtime is unknown",
        "{\"language\":\"python\",\"version\":\"newest\",\"files\":[]}|python-newest runtime is unknown",
        "{\"language\":\"python\",\"version\":\">=3.6\",\"files\":[]}|files must include at least one utf8 encoded file",
      })
  void aBadRequestIsToldInPistonsWords(String body, String message) {
    HttpResponse<String> answer = api.post(EXECUTE, body);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(Api.json(answer).propertyNames()).containsExactly("message");
    assertThat(Api.json(answer).path("message").asString()).isEqualTo(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"run_timeout\":\"1\"|If specified, run_timeout must be a number",
        "\"run_timeout\":-1|run_timeout must be non-negative",
        "\"run_timeout\":300001|run_timeout cannot exceed the configured limit of 300000",
        "\"args\":\"a\"|args",
        "\"stdin\":\"\\ud800\"|stdin"
      })
  void aBadLimitOrInputIsNamed(String property, String named) {
    HttpResponse<String> answer = execute("print(1)", "," + property);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(Api.json(answer).path("message").asString()).contains(named);
  }

  @Test
  void aJobThatItsWorkerCouldNotBeginIsABadRequest() {
    HttpResponse<String> answer = execute("wants more", "");
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).isEqualTo("{\"message\":\"memory_mb is 900, and the limit is 512\"}");
  }

  @Test
  void whatIsNotJsonIsNoRequest() {
    HttpResponse<String> answer = api.post(EXECUTE, "{}", "Content-Type", "text/plain");
    assertThat(answer.statusCode()).isEqualTo(415);
    assertThat(answer.body())
        .isEqualTo("{\"message\":\"requests must be of type application/json\"}");
  }

  @ParameterizedTest
  @CsvSource({"/api/v2/packages", "/api/v2/connect", "/api/v2/nothing"})
  void whatIsLeftOutSaysSo(String path) {
    assertThat(api.get(path).statusCode()).isEqualTo(404);
    assertThat(Api.json(api.get(path)).propertyNames()).containsExactly("message");
  }

  private static String text(JsonNode run, String name) {
    return run.path(name).isNull() ? null : run.path(name).asString();
  }

  private static HttpResponse<String> execute(String code, String more) {
    return api.post(
        EXECUTE,
        "{\"language\":\"python\",\"version\":\"*\",\"files\":[{\"content\":\""
            + code
            + "\"}]"
            + more
            + "}");
  }
}
