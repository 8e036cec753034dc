package io.millrace.gateway.mcp;

import io.millrace.gateway.submit.Execution;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import org.springframework.core.io.ClassPathResource;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The tool. Its arguments are an execute request's body; what is wrong with them is told by the
 * same validation, as a failed call that the model can read and mend.
 */
@Component
final class ExecutePython {

  static final String NAME = "execute_python";

  private static final List<String> FROM_REPLY = List.of("error", "reason", "job_id", "run_time");

  private final Execution execution;

  ExecutePython(Execution execution) {
    this.execution = execution;
  }

  static JsonNode definition() {
    try (InputStream in = new ClassPathResource("mcp-tool.json").getInputStream()) {
      return McpMessage.JSON.readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException("the tool's definition is missing", e);
    }
  }

  /** Runs the code; the result of a failed run is a result, with {@code isError}. */
  Mono<ObjectNode> call(JsonNode arguments, ServerWebExchange exchange) {
    JsonNode body = arguments.isMissingNode() ? McpMessage.JSON.createObjectNode() : arguments;
    return execution
        .run(McpMessage.JSON.writeValueAsBytes(body), exchange)
        .map(ExecutePython::result);
  }

  private static ObjectNode result(ResponseEntity<byte[]> reply) {
    ObjectNode told = told(reply);
    ObjectNode result = McpMessage.JSON.createObjectNode();
    result
        .putArray("content")
        .addObject()
        .put("type", "text")
        .put("text", told.toString());
    result.set("structuredContent", told);
    return result.put("isError", reply.getStatusCode().value() != 200);
  }

  private static ObjectNode told(ResponseEntity<byte[]> reply) {
    JsonNode body = McpMessage.JSON.readTree(Objects.requireNonNull(reply.getBody()));
    int status = reply.getStatusCode().value();
    JsonNode output = status == 200 ? body.path("response") : body;
    ObjectNode told = McpMessage.JSON.createObjectNode();
    told.put("status", status);
    if (status == 200) {
      told.set("result", output.path("result"));
    }
    told.put("stdout", output.path("stdout").asString(""));
    told.put("stderr", output.path("stderr").asString(""));
    FROM_REPLY.stream().filter(body::hasNonNull).forEach(name -> told.set(name, body.get(name)));
    if (body.path("reason").asString("").equals("invalid_request")) {
      told.set("error", body.path("message"));
    }
    if (output.path("truncated").asBoolean(false)) {
      told.put("truncated", true);
    }
    String retryAfter = reply.getHeaders().getFirst("Retry-After");
    if (retryAfter != null) {
      told.put("retry_after", Integer.parseInt(retryAfter));
    }
    return told;
  }
}
