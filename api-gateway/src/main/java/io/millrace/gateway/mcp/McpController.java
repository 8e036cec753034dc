package io.millrace.gateway.mcp;

import io.millrace.gateway.auth.Caller;
import io.millrace.gateway.error.ApiErrors;
import io.millrace.gateway.error.Checked;
import io.millrace.gateway.mcp.McpMessage.Batch;
import io.millrace.gateway.mcp.McpMessage.Cancelled;
import io.millrace.gateway.mcp.McpMessage.Request;
import io.millrace.gateway.mcp.McpMessage.Unreadable;
import io.millrace.gateway.request.RequestBodyReader;
import java.util.UUID;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The protocol's one address: a message in, its answer out. */
@RestController
@EnableConfigurationProperties(McpSettings.class)
final class McpController {

  private final RequestBodyReader bodies;
  private final OriginRule origins;
  private final McpMethods methods;
  private final CallProgress progress;
  private final McpSettings settings;
  private final ApiErrors errors;

  McpController(
      RequestBodyReader bodies,
      OriginRule origins,
      McpMethods methods,
      CallProgress progress,
      McpSettings settings,
      ApiErrors errors) {
    this.bodies = bodies;
    this.origins = origins;
    this.methods = methods;
    this.progress = progress;
    this.settings = settings;
    this.errors = errors;
  }

  @PostMapping("/mcp")
  Mono<Void> message(ServerWebExchange exchange) {
    McpReply reply = new McpReply(exchange.getResponse());
    if (!origins.allows(exchange.getRequest().getHeaders())) {
      return reply.send(RpcError.foreignOrigin(), null);
    }
    return bodies
        .read(
            exchange, body -> Mono.just(body.then(bytes -> Checked.passed(McpMessage.read(bytes)))))
        .flatMap(
            read ->
                read.fold(
                    message -> answer(message, exchange, reply),
                    no -> errors.write(no, exchange.getResponse())));
  }

  private Mono<Void> answer(McpMessage message, ServerWebExchange exchange, McpReply reply) {
    if (message instanceof Unreadable unreadable) {
      return reply.send(unreadable.error(), null);
    }
    if (message instanceof Request request) {
      return answer(request, exchange, reply);
    }
    if (message instanceof Batch batch) {
      return answer(batch, exchange, reply);
    }
    heed(message, exchange);
    return reply.accepted();
  }

  private Mono<Void> answer(Request request, ServerWebExchange exchange, McpReply reply) {
    HttpHeaders head = exchange.getRequest().getHeaders();
    boolean modern = ProtocolRules.isModern(request, head);
    RpcError flaw = modern ? ProtocolRules.flaw(request, head).orElse(null) : null;
    if (flaw != null) {
      return reply.send(flaw, request.id());
    }
    if (!modern && request.method().equals("initialize")) {
      // Tells apart the clients that share a key, when one of them cancels a call; nothing is kept.
      reply.begin(ProtocolRules.SESSION_HEADER, UUID.randomUUID().toString());
    }
    UUID jobId = UUID.randomUUID();
    Mono<McpMethods.Answer> answer = methods.call(request, modern, jobId, exchange);
    return wantsProgress(request, head)
        ? reply.stream(followed(answer, request, jobId, exchange))
        : answer
            .singleOptional()
            .flatMap(
                one -> one.map(each -> reply.send(each, request.id())).orElseGet(reply::accepted));
  }

  private static boolean wantsProgress(Request request, HttpHeaders head) {
    JsonNode token = request.progressToken();
    return request.method().equals("tools/call")
        && (token.isString() || token.isIntegralNumber())
        && head.getAccept().stream().anyMatch(each -> each.includes(MediaType.TEXT_EVENT_STREAM));
  }

  /** Progress until the answer, then the answer, where there is one. */
  private Flux<ObjectNode> followed(
      Mono<McpMethods.Answer> answer, Request request, UUID jobId, ServerWebExchange exchange) {
    Flux<ObjectNode> news =
        progress.of(request.progressToken(), jobId, Caller.of(exchange).owner());
    return answer
        .map(each -> McpReply.message(each, request.id()))
        .flux()
        .publish(end -> Flux.merge(news.takeUntilOther(end), end));
  }

  private Mono<Void> answer(Batch batch, ServerWebExchange exchange, McpReply reply) {
    if (!ProtocolRules.hasBatches(exchange.getRequest().getHeaders())) {
      return reply.send(RpcError.invalidRequest("One JSON-RPC 2.0 message is needed"), null);
    }
    int messages = batch.messages().size();
    if (messages == 0 || messages > settings.maxBatch()) {
      return reply.send(
          RpcError.invalidRequest("A batch has 1 to " + settings.maxBatch() + " messages"), null);
    }
    return Flux.fromIterable(batch.messages())
        .flatMapSequential(each -> member(each, exchange), settings.maxBatch())
        .collect(McpMessage.JSON::createArrayNode, ArrayNode::add)
        .flatMap(
            answers ->
                answers.isEmpty() ? reply.accepted() : reply.send(HttpStatus.OK.value(), answers));
  }

  private Mono<ObjectNode> member(McpMessage message, ServerWebExchange exchange) {
    if (message instanceof Unreadable unreadable) {
      return Mono.just(McpReply.message(unreadable.error(), null));
    }
    if (message instanceof Request request) {
      return request.method().equals("initialize")
          ? Mono.just(
              McpReply.message(
                  RpcError.invalidRequest("initialize must not be in a batch"), request.id()))
          : methods
              .call(request, false, UUID.randomUUID(), exchange)
              .map(answer -> McpReply.message(answer, request.id()));
    }
    heed(message, exchange);
    return Mono.empty();
  }

  private void heed(McpMessage message, ServerWebExchange exchange) {
    if (message instanceof Cancelled cancelled) {
      methods.cancel(cancelled.requestId(), exchange);
    }
  }
}
