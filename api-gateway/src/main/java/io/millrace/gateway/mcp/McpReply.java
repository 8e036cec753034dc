package io.millrace.gateway.mcp;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Puts answers on the wire: one as JSON, or several as server-sent events. */
final class McpReply {

  private final ServerHttpResponse response;

  McpReply(ServerHttpResponse response) {
    this.response = response;
  }

  /** A field of the head. */
  void begin(String header, String value) {
    response.getHeaders().set(header, value);
  }

  /** Nothing is answered. */
  Mono<Void> accepted() {
    response.setStatusCode(HttpStatus.ACCEPTED);
    response.getHeaders().setContentLength(0);
    return response.setComplete();
  }

  Mono<Void> send(McpMethods.Answer answer, JsonNode id) {
    return answer instanceof McpMethods.Answer.Failure failure
        ? send(failure.error(), id)
        : send(HttpStatus.OK.value(), message(answer, id));
  }

  Mono<Void> send(RpcError error, @Nullable JsonNode id) {
    return send(error.httpStatus(), message(error, id));
  }

  Mono<Void> send(int status, JsonNode json) {
    // As text first: half a surrogate pair becomes a question mark, and no error.
    byte[] body = json.toString().getBytes(StandardCharsets.UTF_8);
    response.setStatusCode(HttpStatusCode.valueOf(status));
    response.getHeaders().setContentType(MediaType.APPLICATION_JSON);
    response.getHeaders().setContentLength(body.length);
    return response.writeWith(Mono.fromSupplier(() -> response.bufferFactory().wrap(body)));
  }

  /** Each as an event, as soon as it is there. */
  Mono<Void> stream(Flux<ObjectNode> messages) {
    response.setStatusCode(HttpStatus.OK);
    response.getHeaders().setContentType(MediaType.TEXT_EVENT_STREAM);
    response.getHeaders().set("X-Accel-Buffering", "no");
    DataBufferFactory buffers = response.bufferFactory();
    return response.writeAndFlushWith(
        messages.map(each -> Mono.<DataBuffer>just(buffers.wrap(event(each)))));
  }

  private static byte[] event(ObjectNode message) {
    return ("event: message\ndata: " + message + "\n\n").getBytes(StandardCharsets.UTF_8);
  }

  static ObjectNode message(McpMethods.Answer answer, JsonNode id) {
    if (answer instanceof McpMethods.Answer.Failure failure) {
      return message(failure.error(), id);
    }
    ObjectNode message = message(id);
    message.set("result", ((McpMethods.Answer.Result) answer).result());
    return message;
  }

  static ObjectNode message(RpcError error, @Nullable JsonNode id) {
    ObjectNode message = message(id);
    ObjectNode detail = message.putObject("error");
    detail.put("code", error.code()).put("message", error.message());
    if (error.data() != null) {
      detail.set("data", error.data());
    }
    return message;
  }

  private static ObjectNode message(@Nullable JsonNode id) {
    ObjectNode message = McpMessage.JSON.createObjectNode().put("jsonrpc", "2.0");
    if (id != null) {
      message.set("id", id);
    }
    return message;
  }
}
