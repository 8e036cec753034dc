package io.millrace.gateway.mcp;

import io.millrace.gateway.support.Http;
import io.millrace.gateway.support.TestGateway;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A client of the handshake's generation, as far as these tests need one. */
final class McpSession {

  static final JsonMapper JSON = new JsonMapper();

  private final String session;

  private McpSession(String session) {
    this.session = session;
  }

  static McpSession open(TestGateway gateway) {
    ObjectNode params = JSON.createObjectNode().put("protocolVersion", "2025-11-25");
    params.putObject("capabilities");
    params.putObject("clientInfo").put("name", "test").put("version", "1");
    HttpResponse<String> welcome =
        new Http(gateway.port()).post("/mcp", request(1, "initialize", params), head(""));
    return new McpSession(welcome.headers().firstValue("Mcp-Session-Id").orElseThrow());
  }

  /** Calls the tool and waits for the answer. */
  HttpResponse<String> call(TestGateway gateway, int id, String code) {
    return new Http(gateway.port()).post("/mcp", call(id, code), head());
  }

  /** The same, and hears of its progress. */
  HttpResponse<String> callWithProgress(TestGateway gateway, int id, String code) {
    ObjectNode params = JSON.createObjectNode().put("name", "execute_python");
    params.putObject("arguments").put("code", code);
    params.putObject("_meta").put("progressToken", id);
    return new Http(gateway.port()).post("/mcp", request(id, "tools/call", params), head());
  }

  HttpResponse<String> cancel(TestGateway gateway, int id) {
    ObjectNode notice = JSON.createObjectNode().put("jsonrpc", "2.0");
    notice.put("method", "notifications/cancelled").putObject("params").put("requestId", id);
    return new Http(gateway.port()).post("/mcp", notice.toString(), head());
  }

  static String call(int id, String code) {
    ObjectNode params = JSON.createObjectNode().put("name", "execute_python");
    params.putObject("arguments").put("code", code);
    return request(id, "tools/call", params);
  }

  static String request(int id, String method, ObjectNode params) {
    ObjectNode request = JSON.createObjectNode().put("jsonrpc", "2.0").put("id", id);
    return request.put("method", method).set("params", params).toString();
  }

  String[] head() {
    return head(session);
  }

  private static String[] head(String session) {
    List<String> head =
        new ArrayList<>(
            List.of("x-api-key", TestGateway.KEY, "Accept", "application/json, text/event-stream"));
    if (!session.isEmpty()) {
      head.addAll(List.of("Mcp-Session-Id", session, "MCP-Protocol-Version", "2025-11-25"));
    }
    return head.toArray(String[]::new);
  }

  static JsonNode told(HttpResponse<String> answer) {
    return JSON.readTree(answer.body()).path("result").path("structuredContent");
  }
}
