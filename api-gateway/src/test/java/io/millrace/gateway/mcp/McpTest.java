package io.millrace.gateway.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.millrace.gateway.support.HandWorker;
import io.millrace.gateway.support.Http;
import io.millrace.gateway.support.TestGateway;
import io.millrace.job.Job;
import io.millrace.job.Outcome;
import io.millrace.job.Output;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class McpTest {

  private static final JsonMapper JSON = new JsonMapper();
  private static final String META =
      "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
          + "\"io.modelcontextprotocol/clientCapabilities\":{}}";

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
    Output output = new Output("printed\n", "", false);
    return job.request().code().contains("raise")
        ? new Outcome.Failed(output, "exception", "ValueError: boom", 1)
        : new Outcome.Succeeded(output, "[1,2]");
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
  void aCallRunsTheCodeAndKeepsToItsOutputSchema() {
    JsonNode result = result(call("{\"code\":\"return [1,2]\",\"timeout\":5}"));
    assertThat(result.path("isError").asBoolean(true)).isFalse();
    JsonNode told = result.path("structuredContent");
    assertThat(told.path("result").toString()).isEqualTo("[1,2]");
    assertThat(told.path("stdout").asString()).isEqualTo("printed\n");
    assertThat(JSON.readTree(result.path("content").get(0).path("text").asString()))
        .isEqualTo(told);
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
    assertFits(told);
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
