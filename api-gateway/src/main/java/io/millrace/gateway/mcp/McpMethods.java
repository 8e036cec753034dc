package io.millrace.gateway.mcp;

import io.millrace.gateway.mcp.McpMessage.Request;
import java.util.UUID;
import org.springframework.boot.info.BuildProperties;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The methods of the protocol that this server has. */
@Component
final class McpMethods {

  private static final String INSTRUCTIONS =
      "Runs Python in a fresh sandbox without network. Print, or return a value at the top level;"
          + " nothing is kept between calls.";
  private static final int TOOLS_KEEP_MILLIS = 300_000;

  private final ExecutePython tool;
  private final String build;
  private final ToolDefinition definition;

  McpMethods(ExecutePython tool, ToolDefinition definition, BuildProperties build) {
    this.tool = tool;
    this.definition = definition;
    this.build = String.valueOf(build.getVersion());
  }

  /** A result or an error, in the form that the caller's revision has. */
  sealed interface Answer {

    /** The method was carried out. */
    record Result(ObjectNode result) implements Answer {}

    /** It was not. */
    record Failure(RpcError error) implements Answer {}
  }

  /**
   * Carries a request out. Empty for one that its client has cancelled meanwhile.
   *
   * @param jobId what its job is called, where it has one
   */
  Mono<Answer> call(Request request, boolean modern, UUID jobId, ServerWebExchange exchange) {
    return switch (request.method()) {
      case "tools/list" -> definition.now().map(now -> result(tools(now, modern), modern));
      case "tools/call" -> toolCall(request, modern, jobId, exchange);
      case "server/discover" ->
          modern ? Mono.just(result(discovery(), true)) : unknown(request, false);
      case "initialize" ->
          modern ? unknown(request, true) : Mono.just(result(welcome(request), false));
      case "ping" -> modern ? unknown(request, true) : Mono.just(result(node(), false));
      default -> unknown(request, modern);
    };
  }

  /** Ends an earlier request of this client. */
  void cancel(JsonNode requestId, ServerWebExchange exchange) {
    tool.cancel(requestId, exchange);
  }

  private Mono<Answer> toolCall(
      Request request, boolean modern, UUID jobId, ServerWebExchange exchange) {
    if (!request.params().path("name").asString("").equals(ExecutePython.NAME)) {
      return Mono.just(
          new Answer.Failure(
              RpcError.invalidParams("The one tool here is " + ExecutePython.NAME, modern)));
    }
    return tool.call(request, jobId, exchange).map(result -> result(result, modern));
  }

  private static ObjectNode tools(JsonNode definition, boolean modern) {
    ObjectNode result = node();
    result.putArray("tools").add(definition);
    return modern ? cacheable(result) : result;
  }

  private ObjectNode discovery() {
    ObjectNode result = cacheable(node());
    result.set("supportedVersions", McpMessage.JSON.valueToTree(ProtocolRules.supported()));
    result.putObject("capabilities").putObject("tools");
    return result.put("instructions", INSTRUCTIONS);
  }

  private ObjectNode welcome(Request request) {
    String asked = request.params().path("protocolVersion").asString("");
    ObjectNode result = node();
    result.put(
        "protocolVersion",
        ProtocolRules.LEGACY.contains(asked) ? asked : ProtocolRules.LEGACY.get(0));
    result.putObject("capabilities").putObject("tools");
    result.set("serverInfo", serverInfo());
    return result.put("instructions", INSTRUCTIONS);
  }

  private Answer result(ObjectNode result, boolean modern) {
    if (modern) {
      result.put("resultType", "complete");
      result
          .putObject(ProtocolRules.META)
          .set(ProtocolRules.META_PREFIX + "serverInfo", serverInfo());
    }
    return new Answer.Result(result);
  }

  private ObjectNode serverInfo() {
    return node().put("name", "millrace").put("title", "Millrace").put("version", build);
  }

  private static ObjectNode cacheable(ObjectNode result) {
    return result.put("ttlMs", TOOLS_KEEP_MILLIS).put("cacheScope", "public");
  }

  private static Mono<Answer> unknown(Request request, boolean modern) {
    return Mono.just(new Answer.Failure(RpcError.methodNotFound(request.method(), modern)));
  }

  private static ObjectNode node() {
    return McpMessage.JSON.createObjectNode();
  }
}
