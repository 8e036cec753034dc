package io.millrace.gateway.mcp;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a client sent: a JSON-RPC 2.0 message, or several. */
sealed interface McpMessage {

  /**
   * Wants an answer.
   *
   * @param id a string or an integer, given back as it came
   * @param params an object, empty where the message had none
   */
  record Request(JsonNode id, String method, JsonNode params) implements McpMessage {

    /** What the client wants to hear of the request's progress by; missing where it does not. */
    JsonNode progressToken() {
      return params.path("_meta").path("progressToken");
    }
  }

  /** Wants none. */
  record Notice() implements McpMessage {}

  /**
   * Wants an earlier request to end; no answer.
   *
   * @param requestId that request's id
   */
  record Cancelled(JsonNode requestId) implements McpMessage {}

  /** Several at once; only revision 2025-03-26 has them. */
  record Batch(List<McpMessage> messages) implements McpMessage {}

  /** Not a message that this server takes. */
  record Unreadable(RpcError error) implements McpMessage {}

  /** Strict JSON: what two readers could understand differently is not understood at all. */
  JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /** Reads a body. */
  static McpMessage read(byte[] body) {
    JsonNode message;
    try {
      message = JSON.readTree(body);
    } catch (JacksonException e) {
      return new Unreadable(RpcError.notJson());
    }
    if (!message.isArray()) {
      return of(message);
    }
    List<McpMessage> messages = new ArrayList<>();
    message.forEach(each -> messages.add(of(each)));
    return new Batch(messages);
  }

  private static McpMessage of(JsonNode message) {
    if (!message.isObject() || !message.path("jsonrpc").asString("").equals("2.0")) {
      return new Unreadable(RpcError.invalidRequest("One JSON-RPC 2.0 message is needed"));
    }
    JsonNode method = message.path("method");
    JsonNode id = message.path("id");
    if (!method.isString()) {
      boolean response = message.has("result") || message.has("error");
      return response
          ? new Notice()
          : new Unreadable(RpcError.invalidRequest("The message has no method"));
    }
    if (id.isMissingNode()) {
      return method.asString().equals("notifications/cancelled")
          ? new Cancelled(message.path("params").path("requestId"))
          : new Notice();
    }
    if (!id.isString() && !id.isIntegralNumber()) {
      return new Unreadable(RpcError.invalidRequest("An id is a string or an integer"));
    }
    JsonNode params = message.path("params");
    return params.isObject() || params.isMissingNode()
        ? new Request(id, method.asString(), params.isObject() ? params : JSON.createObjectNode())
        : new Unreadable(RpcError.invalidRequest("params must be an object"));
  }
}
