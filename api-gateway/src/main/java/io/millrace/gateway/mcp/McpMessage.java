package io.millrace.gateway.mcp;

import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a client sent: a JSON-RPC 2.0 message. */
sealed interface McpMessage {

  /**
   * Wants an answer.
   *
   * @param id a string or an integer, given back as it came
   * @param params an object, empty where the message had none
   */
  record Request(JsonNode id, String method, JsonNode params) implements McpMessage {}

  /** Wants none. */
  record Notice() implements McpMessage {}

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
    try {
      return of(JSON.readTree(body));
    } catch (JacksonException e) {
      return new Unreadable(RpcError.notJson());
    }
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
      return new Notice();
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
