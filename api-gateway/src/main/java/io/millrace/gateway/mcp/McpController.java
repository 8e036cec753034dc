package io.millrace.gateway.mcp;

import io.millrace.gateway.error.ApiErrors;
import io.millrace.gateway.error.Checked;
import io.millrace.gateway.mcp.McpMessage.Request;
import io.millrace.gateway.request.RequestBodyReader;
import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The protocol's one address: a message in, its answer out. */
@RestController
final class McpController {

  private final RequestBodyReader bodies;
  private final McpMethods methods;
  private final ApiErrors errors;

  McpController(RequestBodyReader bodies, McpMethods methods, ApiErrors errors) {
    this.bodies = bodies;
    this.methods = methods;
    this.errors = errors;
  }

  @PostMapping("/mcp")
  Mono<ResponseEntity<byte[]>> message(ServerWebExchange exchange) {
    if (!originIsOurs(exchange.getRequest())) {
      return Mono.just(failed(RpcError.foreignOrigin(), null));
    }
    return bodies
        .read(
            exchange, body -> Mono.just(body.then(bytes -> Checked.passed(McpMessage.read(bytes)))))
        .flatMap(
            read ->
                read.fold(
                    message -> answer(message, exchange), no -> Mono.just(errors.answer(no))));
  }

  private Mono<ResponseEntity<byte[]>> answer(McpMessage message, ServerWebExchange exchange) {
    if (message instanceof McpMessage.Unreadable unreadable) {
      return Mono.just(failed(unreadable.error(), null));
    }
    if (message instanceof Request request) {
      boolean modern = ProtocolRules.isModern(request, exchange.getRequest().getHeaders());
      Optional<RpcError> flaw =
          modern
              ? ProtocolRules.flaw(request, exchange.getRequest().getHeaders())
              : Optional.empty();
      return flaw.map(error -> Mono.just(failed(error, request.id())))
          .orElseGet(
              () ->
                  methods
                      .call(request, modern, exchange)
                      .map(answer -> reply(answer, request.id())));
    }
    return Mono.just(ResponseEntity.accepted().build());
  }

  private static ResponseEntity<byte[]> reply(McpMethods.Answer answer, JsonNode id) {
    if (answer instanceof McpMethods.Answer.Failure failure) {
      return failed(failure.error(), id);
    }
    ObjectNode message = message(id);
    message.set("result", ((McpMethods.Answer.Result) answer).result());
    return json(200, message);
  }

  private static ResponseEntity<byte[]> failed(RpcError error, @Nullable JsonNode id) {
    ObjectNode message = message(id);
    ObjectNode detail = message.putObject("error");
    detail.put("code", error.code()).put("message", error.message());
    if (error.data() != null) {
      detail.set("data", error.data());
    }
    return json(error.httpStatus(), message);
  }

  private static ObjectNode message(@Nullable JsonNode id) {
    ObjectNode message = McpMessage.JSON.createObjectNode().put("jsonrpc", "2.0");
    if (id != null) {
      message.set("id", id);
    }
    return message;
  }

  private static ResponseEntity<byte[]> json(int status, ObjectNode message) {
    return ResponseEntity.status(status)
        .contentType(MediaType.APPLICATION_JSON)
        .body(McpMessage.JSON.writeValueAsBytes(message));
  }

  /** A page of another site must not reach a server that only its visitor can reach. */
  private static boolean originIsOurs(ServerHttpRequest request) {
    String origin = request.getHeaders().getFirst(HttpHeaders.ORIGIN);
    if (origin == null) {
      return true;
    }
    try {
      return String.valueOf(URI.create(origin).getAuthority())
          .equalsIgnoreCase(request.getHeaders().getFirst(HttpHeaders.HOST));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
