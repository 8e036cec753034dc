package io.millrace.gateway.mcp;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Why a message was not answered with a result.
 *
 * @param httpStatus the status of the HTTP reply that carries it
 */
record RpcError(int httpStatus, int code, String message, @Nullable JsonNode data) {

  private static final int NOT_JSON = -32700;
  private static final int INVALID_REQUEST = -32600;
  private static final int METHOD_NOT_FOUND = -32601;
  private static final int INVALID_PARAMS = -32602;
  private static final int HEADER_MISMATCH = -32020;
  private static final int UNSUPPORTED_VERSION = -32022;

  static RpcError notJson() {
    return new RpcError(400, NOT_JSON, "The body is not JSON", null);
  }

  static RpcError invalidRequest(String message) {
    return new RpcError(400, INVALID_REQUEST, message, null);
  }

  /** A page of another site sent it. */
  static RpcError foreignOrigin() {
    return new RpcError(403, INVALID_REQUEST, "This Origin may not use the server", null);
  }

  /** The newer protocol wants 404 for it, the older ones an ordinary answer. */
  static RpcError methodNotFound(String method, boolean modern) {
    return new RpcError(
        modern ? 404 : 200, METHOD_NOT_FOUND, "There is no method " + shortened(method), null);
  }

  static RpcError invalidParams(String message, boolean modern) {
    return new RpcError(modern ? 400 : 200, INVALID_PARAMS, message, null);
  }

  static RpcError headerMismatch(String message) {
    return new RpcError(400, HEADER_MISMATCH, "Header mismatch: " + message, null);
  }

  static RpcError unsupportedVersion(String requested, List<String> supported) {
    ObjectNode data = McpMessage.JSON.createObjectNode();
    data.set("supported", McpMessage.JSON.valueToTree(supported));
    data.put("requested", shortened(requested));
    return new RpcError(400, UNSUPPORTED_VERSION, "Unsupported protocol version", data);
  }

  private static String shortened(String text) {
    return text.length() <= 100 ? text : text.substring(0, 100) + "...";
  }
}
