package io.millrace.gateway.mcp;

import io.millrace.gateway.submit.ExecutionReply;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A reply in the form of the tool's {@code outputSchema}, and once more as text. */
final class ToolResult {

  private static final List<String> AS_IN_REPLY = List.of("error", "reason", "job_id", "run_time");

  private ToolResult() {}

  static ObjectNode of(ExecutionReply reply) {
    ObjectNode told = told(reply);
    ObjectNode result = McpMessage.JSON.createObjectNode();
    result.putArray("content").addObject().put("type", "text").put("text", told.toString());
    result.set("structuredContent", told);
    return result.put("isError", reply.status() != 200);
  }

  private static ObjectNode told(ExecutionReply reply) {
    JsonNode body = McpMessage.JSON.readTree(reply.body());
    JsonNode output = reply.status() == 200 ? body.path("response") : body;
    ObjectNode told = McpMessage.JSON.createObjectNode();
    told.put("status", reply.status());
    if (reply.status() == 200) {
      told.set("result", output.get("result"));
    }
    told.put("stdout", output.path("stdout").asString(""));
    told.put("stderr", output.path("stderr").asString(""));
    AS_IN_REPLY.stream().filter(body::hasNonNull).forEach(name -> told.set(name, body.get(name)));
    if (body.path("reason").asString("").equals("invalid_request")) {
      told.set("error", body.path("message"));
    }
    if (output.path("truncated").asBoolean(false)) {
      told.put("truncated", true);
    }
    String retryAfter = reply.headers().get("Retry-After");
    if (retryAfter != null) {
      told.put("retry_after", Integer.parseInt(retryAfter));
    }
    return told;
  }
}
