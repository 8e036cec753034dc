package io.millrace.gateway.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.millrace.gateway.support.HandWorker;
import io.millrace.gateway.support.Http;
import io.millrace.gateway.support.RawClient;
import io.millrace.gateway.support.TestGateway;
import io.millrace.job.Job;
import io.millrace.job.Outcome;
import io.millrace.job.Output;
import io.millrace.store.JobLeases;
import io.millrace.store.JobLeases.WorkerCard;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Tag("services")
class McpTest {

  private static final JsonMapper JSON = new JsonMapper();
  private static final String META =
      "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
          + "\"io.modelcontextprotocol/clientCapabilities\":{}}";

  /** Results that readers of JSON refuse who bound what strangers send. */
  private static final Map<String, String> ANY_JSON =
      Map.of(
          "number", "1" + "0".repeat(2000),
          "digits", "7".repeat(15_000),
          "exponent", "[1e-400,-0.0,1E+308]",
          "nested", "[".repeat(600) + "]".repeat(600),
          "deep", "[".repeat(9_000) + "]".repeat(9_000),
          "objects", "{\"a\":".repeat(2000) + "1" + "}".repeat(2000),
          "key", "{\"" + "k".repeat(60_000) + "\":1}",
          "twice", "{\"a\":1,\"a\":2}",
          "text", "\"\\u0000\\ud800 \\u2028é😀\"");

  private static TestGateway gateway;
  private static HandWorker worker;
  private static Http http;

  @BeforeAll
  static void start() {
    gateway = TestGateway.start();
    worker = new HandWorker(gateway.context(), McpTest::program);
    http = new Http(gateway.port());
  }

  @AfterAll
  static void stop() {
    worker.close();
    gateway.close();
  }

  private static Outcome program(Job job) {
    String code = job.request().code();
    if (code.equals("flood")) {
      return new Outcome.Succeeded(new Output("a" + "é".repeat(500_000) + "z", "err", true), "3");
    }
    if (code.startsWith("raise")) {
      String error = "ValueError: boom" + "!".repeat(code.length() > 30 ? 1_000_000 : 0);
      String trace = "Traceback (most recent call last):\n" + error + "\n";
      return new Outcome.Failed(new Output("printed\n", trace, false), "exception", error, 1);
    }
    Output output = new Output("printed\n", "", false);
    return new Outcome.Succeeded(
        output,
        code.startsWith("return") ? code.substring(7) : ANY_JSON.getOrDefault(code, "null"));
  }

  @ParameterizedTest
  @CsvSource({"2025-11-25,2025-11-25", "2025-03-26,2025-03-26", "2099-01-01,2025-11-25"})
  void aClientThatOpensWithAHandshakeGetsAVersionThatBothSpeak(String asked, String got) {
    JsonNode result =
        result(
            legacy(
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{"
                    + "\"protocolVersion\":\""
                    + asked
                    + "\",\"capabilities\":{},"
                    + "\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}}"));
    assertThat(result.path("protocolVersion").asString()).isEqualTo(got);
    assertThat(result.path("capabilities").has("tools")).isTrue();
    assertThat(result.path("serverInfo").path("name").asString()).isEqualTo("millrace");
    HttpResponse<String> noted =
        legacy("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}");
    assertThat(noted.statusCode()).isEqualTo(202);
    assertThat(noted.body()).isEmpty();
    assertThat(result(legacy("{\"jsonrpc\":\"2.0\",\"id\":\"p\",\"method\":\"ping\"}"))).isEmpty();
  }

  @Test
  void theOneToolIsListedWithItsSchemas() {
    JsonNode tools =
        result(legacy("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}")).path("tools");
    assertThat(tools).hasSize(1);
    assertThat(tools.get(0).path("name").asString()).isEqualTo("execute_python");
    assertThat(tools.get(0).path("inputSchema").path("required").get(0).asString())
        .isEqualTo("code");
  }

  @Test
  void theToolsDescriptionSaysWhatAWorkerSaysOfItself() {
    JobLeases leases = gateway.bean(JobLeases.class);
    String facts =
        "{\"python\":\"3.11.2\",\"packages\":[\"numpy 1.24.2\",\"pandas 1.5.3\"],\"more_packages\":2,"
            + "\"memory\":536870912,\"scratch\":67108864,\"output\":1048576,\"result\":10240,"
            + "\"processes\":64}";
    assertThat(description()).contains("no network", "20 kB in all");
    for (String card : List.of(facts, "{memory=cgroup}")) {
      WorkerCard worker = new WorkerCard("facts", 1, "root", card, "host");
      leases.beat(worker, List.of());
      assertThat(description().contains("Python 3.11.2 with numpy 1.24.2, pandas 1.5.3 and 2 more"))
          .isEqualTo(card.equals(facts));
      assertThat(description().contains("512 MB of memory, 64 MB for files, 64 processes"))
          .isEqualTo(card.equals(facts));
      leases.signOff(worker);
    }
  }

  private static String description() {
    JsonNode tools =
        result(legacy("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}")).path("tools");
    return tools.get(0).path("description").asString();
  }

  @Test
  void aCallRunsTheCodeAndKeepsToItsOutputSchema() {
    JsonNode result = result(call("{\"code\":\"return [1,2]\",\"timeout\":5}"));
    assertThat(result.path("isError").asBoolean(true)).isFalse();
    JsonNode told = result.path("structuredContent");
    assertThat(told.path("result").toString()).isEqualTo("[1,2]");
    assertThat(told.path("stdout").asString()).isEqualTo("printed\n");
    assertThat(text(result)).isEqualTo("stdout:\nprinted\n\nresult:\n[1,2]\n");
    assertFits(told);
  }

  @Test
  void aFailureOfTheCodeIsAResultThatTheModelCanRead() {
    JsonNode result = result(call("{\"code\":\"raise ValueError('boom')\"}"));
    assertThat(result.path("isError").asBoolean(false)).isTrue();
    JsonNode told = result.path("structuredContent");
    assertThat(told.path("status").asInt()).isEqualTo(400);
    assertThat(told.path("error").asString()).isEqualTo("ValueError: boom");
    assertThat(told.path("reason").asString()).isEqualTo("exception");
    assertThat(text(result))
        .isEqualTo(
            """
            The program failed: ValueError: boom

            stdout:
            printed

            stderr:
            Traceback (most recent call last):
            ValueError: boom
            """);
    assertFits(told);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"number", "digits", "exponent", "nested", "deep", "objects", "twice", "text"})
  void whateverJsonAProgramReturnsIsPassedOnAsItIs(String code) {
    HttpResponse<String> answer = call("{\"code\":\"" + code + "\"}");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).contains("\"result\":" + ANY_JSON.get(code) + ",");
  }

  @Test
  void aResultThatIsTooLongForAModelIsCut() {
    JsonNode told = result(call("{\"code\":\"key\"}")).path("structuredContent");
    assertThat(told.has("result")).isFalse();
    assertThat(told.path("result_excerpt").asString())
        .startsWith("{\"kkk")
        .endsWith("kkk\":1}")
        .hasSizeLessThan(21_000);
    assertFits(told);
  }

  @Test
  void aLongOutputIsCutInItsMiddleAndSaysHowMuchIsLeftOut() {
    HttpResponse<String> answer = call("{\"code\":\"flood\"}");
    assertThat(answer.body().getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(43_000);
    JsonNode result = result(answer);
    JsonNode told = result.path("structuredContent");
    int leftOut = told.path("left_out").asInt();
    String note =
        String.format("é%n[... %,d of 500,002 characters are left out here ...]%né", leftOut);
    assertThat(told.path("stdout").asString()).startsWith("aé").contains(note).endsWith("éz");
    assertThat(leftOut)
        .isEqualTo(500_002 - told.path("stdout").asString().length() + note.length() - 2);
    assertThat(told.path("stderr").asString()).isEqualTo("err");
    assertThat(told.path("result").asInt()).isEqualTo(3);
    assertThat(told.path("truncated").asBoolean()).isTrue();
    assertThat(text(result))
        .contains(note, "stderr:\nerr\n", "result:\n3\n", "wrote more than the sandbox keeps")
        .contains("GET /v1/jobs/" + told.path("job_id").asString());
    assertFits(told);
  }

  @Test
  void aLongErrorIsCutToo() {
    HttpResponse<String> answer = call("{\"code\":\"raise ValueError('boom' + '!' * 1000000)\"}");
    assertThat(answer.body()).hasSizeLessThan(45_000);
    assertThat(result(answer).path("structuredContent").path("error").asString())
        .startsWith("ValueError: boom!!!")
        .hasSizeLessThan(1_100);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"code\":1}",
        "{\"code\":\"\",\"timeout\":301}",
        "{\"code\":\"\",\"webhook_url\":\"https://example.com/\"}"
      })
  void wrongArgumentsAreToldToTheModel(String arguments) {
    JsonNode result = result(call(arguments));
    assertThat(result.path("isError").asBoolean(false)).isTrue();
    assertThat(result.path("structuredContent").path("reason").asString())
        .isEqualTo("invalid_request");
    assertThat(result.path("structuredContent").path("error").asString())
        .isNotEqualTo("Missing or invalid parameters");
    assertFits(result.path("structuredContent"));
  }

  @Test
  void anotherToolDoesNotExist() {
    HttpResponse<String> answer =
        legacy(
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"rm\"}}");
    assertThat(error(answer).path("code").asInt()).isEqualTo(-32602);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "not json|400|-32700",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"id\":2,\"method\":\"ping\"}|400|-32700",
        "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}]|400|-32600",
        "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"ping\"}|400|-32600",
        "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"ping\"}|400|-32600",
        "{\"jsonrpc\":\"2.0\",\"id\":1}|400|-32600",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"resources/list\"}|200|-32601"
      })
  void whatIsNoMessageIsRefusedByTheBook(String body, int status, int code) {
    HttpResponse<String> answer = legacy(body);
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(error(answer).path("code").asInt()).isEqualTo(code);
  }

  @Test
  void theRevisionWithBatchesGetsThem() {
    String batch =
        "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"},"
            + "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"},"
            + "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":{"
            + "\"name\":\"execute_python\",\"arguments\":{\"code\":\"return 5\"}}},"
            + "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"nothing\"}, 4]";
    for (HttpResponse<String> answer :
        List.of(post(batch), post(batch, "MCP-Protocol-Version", "2025-03-26"))) {
      assertThat(answer.statusCode()).isEqualTo(200);
      JsonNode answers = JSON.readTree(answer.body());
      assertThat(answers).hasSize(4);
      assertThat(answers.get(0).path("result")).isEmpty();
      JsonNode ran = answers.get(1).path("result").path("structuredContent");
      assertThat(ran.path("result").asInt()).isEqualTo(5);
      assertThat(answers.get(2).path("error").path("code").asInt()).isEqualTo(-32601);
      assertThat(answers.get(3).path("error").path("code").asInt()).isEqualTo(-32600);
    }
    HttpResponse<String> noticesOnly =
        post("[{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}]");
    assertThat(noticesOnly.statusCode()).isEqualTo(202);
    for (String none : List.of("[]", "[" + "4,".repeat(20) + "4]")) {
      assertThat(error(post(none)).path("code").asInt()).isEqualTo(-32600);
    }
  }

  @Test
  void aClientWithoutHandshakeIsServedFromTheRequestAlone() {
    JsonNode found = result(modern("server/discover", "", ""));
    assertThat(found.path("supportedVersions").get(0).asString()).isEqualTo("2026-07-28");
    assertThat(found.path("resultType").asString()).isEqualTo("complete");
    assertThat(found.path("cacheScope").asString()).isEqualTo("public");
    JsonNode listed = result(modern("tools/list", "", ""));
    assertThat(listed.path("ttlMs").isIntegralNumber()).isTrue();
    JsonNode ran =
        result(modern("tools/call", "execute_python", "\"arguments\":{\"code\":\"return [1,2]\"}"));
    assertThat(ran.path("structuredContent").path("result").toString()).isEqualTo("[1,2]");
    assertThat(ran.path("resultType").asString()).isEqualTo("complete");
  }

  @Test
  void aHeadThatDisagreesWithItsBodyIsRefused() {
    String body =
        "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/list\",\"params\":{" + META + "}}";
    HttpResponse<String> noMethod = post(body, "MCP-Protocol-Version", "2026-07-28");
    HttpResponse<String> otherMethod =
        post(body, "MCP-Protocol-Version", "2026-07-28", "Mcp-Method", "tools/call");
    HttpResponse<String> noVersion = post(body, "Mcp-Method", "tools/list");
    for (HttpResponse<String> answer : List.of(noMethod, otherMethod, noVersion)) {
      assertThat(answer.statusCode()).isEqualTo(400);
      assertThat(error(answer).path("code").asInt()).isEqualTo(-32020);
    }
  }

  @Test
  void aVersionFromTheFutureIsAnsweredWithTheOnesWeSpeak() {
    HttpResponse<String> answer =
        post(
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}",
            "MCP-Protocol-Version",
            "2099-01-01");
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(error(answer).path("code").asInt()).isEqualTo(-32022);
    assertThat(error(answer).path("data").path("supported")).hasSize(4);
  }

  @Test
  void anUnknownMethodOfTheNewerProtocolIs404() {
    HttpResponse<String> answer = modern("prompts/list", "", "");
    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(error(answer).path("code").asInt()).isEqualTo(-32601);
  }

  @Test
  void aPageOfAnotherSiteMayNotCall() {
    String ping = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";
    assertThat(post(ping, "Origin", "https://evil.example").statusCode()).isEqualTo(403);
    assertThat(post(ping, "Origin", "null").statusCode()).isEqualTo(403);
    assertThat(post(ping, "Origin", "http://127.0.0.1:" + gateway.port()).statusCode())
        .isEqualTo(200);
  }

  @Test
  void aNameThatIsMadeToLeadHereMayNotCall() throws IOException {
    for (String name : List.of("evil.example", "localhost.evil.example", "[::2]")) {
      assertThat(statusFor(name + ":" + gateway.port())).as(name).isEqualTo(403);
    }
    for (String name : List.of("localhost", "LocalHost", "127.0.0.1", "[::1]")) {
      assertThat(statusFor(name + ":" + gateway.port())).as(name).isEqualTo(200);
    }
  }

  private static int statusFor(String authority) throws IOException {
    String ping = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";
    try (RawClient client = new RawClient(gateway.port())) {
      client.send(
          "POST /mcp HTTP/1.1\r\nHost: "
              + authority
              + "\r\nOrigin: http://"
              + authority
              + "\r\nx-api-key: "
              + TestGateway.KEY
              + "\r\nContent-Type: application/json\r\nContent-Length: "
              + ping.length()
              + "\r\n\r\n"
              + ping);
      return client.readAnswers(1, Duration.ofSeconds(10)).get(0).status();
    }
  }

  @Test
  void theKeyMayComeAsABearerToken() {
    String ping = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";
    assertThat(http.post("/mcp", ping, "Authorization", "Bearer " + TestGateway.KEY).statusCode())
        .isEqualTo(200);
    assertThat(http.post("/mcp", ping, "Authorization", "Bearer wrong").statusCode())
        .isEqualTo(401);
    assertThat(http.post("/mcp", ping).statusCode()).isEqualTo(401);
    assertThat(http.get("/mcp", "x-api-key", TestGateway.KEY).statusCode()).isEqualTo(405);
  }

  private static HttpResponse<String> call(String arguments) {
    return legacy(
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{"
            + "\"name\":\"execute_python\",\"arguments\":"
            + arguments
            + "}}");
  }

  private static HttpResponse<String> legacy(String body) {
    return post(body, "MCP-Protocol-Version", "2025-11-25");
  }

  private static HttpResponse<String> modern(String method, String name, String more) {
    String params =
        (name.isEmpty() ? "" : "\"name\":\"" + name + "\",")
            + (more.isEmpty() ? "" : more + ",")
            + META;
    List<String> head =
        new ArrayList<>(List.of("MCP-Protocol-Version", "2026-07-28", "Mcp-Method", method));
    if (!name.isEmpty()) {
      head.addAll(List.of("Mcp-Name", name));
    }
    return post(
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + method + "\",\"params\":{" + params + "}}",
        head.toArray(String[]::new));
  }

  private static HttpResponse<String> post(String body, String... headers) {
    List<String> head =
        new ArrayList<>(
            List.of("x-api-key", TestGateway.KEY, "Accept", "application/json, text/event-stream"));
    head.addAll(List.of(headers));
    return http.post("/mcp", body, head.toArray(String[]::new));
  }

  private static JsonNode result(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    JsonNode message = JSON.readTree(answer.body());
    assertThat(message.path("jsonrpc").asString()).isEqualTo("2.0");
    assertThat(message.has("id")).isTrue();
    assertThat(message.has("result")).as(answer.body()).isTrue();
    return message.get("result");
  }

  private static String text(JsonNode result) {
    return result.path("content").get(0).path("text").asString();
  }

  private static JsonNode error(HttpResponse<String> answer) {
    return JSON.readTree(answer.body()).path("error");
  }

  private static void assertFits(JsonNode told) {
    JsonNode tools =
        result(legacy("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}")).path("tools");
    Schema schema =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(tools.get(0).get("outputSchema"));
    assertThat(schema.validate(told)).isEmpty();
  }
}
