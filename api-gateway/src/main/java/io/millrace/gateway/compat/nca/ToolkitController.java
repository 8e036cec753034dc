package io.millrace.gateway.compat.nca;

import io.millrace.gateway.auth.Caller;
import io.millrace.gateway.error.ApiError;
import io.millrace.gateway.error.ApiErrors;
import io.millrace.gateway.error.Checked;
import io.millrace.gateway.job.JobLookup;
import io.millrace.gateway.queue.StoreCalls;
import io.millrace.gateway.reply.Replies;
import io.millrace.gateway.request.RequestBodyReader;
import io.millrace.gateway.request.StrictJson;
import io.millrace.queue.LogAwayException;
import java.util.Optional;
import java.util.function.Function;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/** How jobs are, in the words of the NCA toolkit. */
@RestController
@RequestMapping(ToolkitController.PATH)
final class ToolkitController {

  static final String PATH = "/v1/toolkit";

  private final RequestBodyReader bodies;
  private final JobLookup jobs;
  private final RecentJobs recent;
  private final Replies replies;
  private final StoreCalls stores;
  private final ToolkitEnvelope envelope;
  private final ApiErrors errors;

  ToolkitController(
      RequestBodyReader bodies,
      JobLookup jobs,
      RecentJobs recent,
      Replies replies,
      StoreCalls stores,
      ToolkitEnvelope envelope,
      ApiErrors errors) {
    this.bodies = bodies;
    this.jobs = jobs;
    this.recent = recent;
    this.replies = replies;
    this.stores = stores;
    this.envelope = envelope;
    this.errors = errors;
  }

  /** One job, with its whole reply when there is one. */
  @PostMapping("/job/status")
  Mono<ResponseEntity<byte[]>> job(ServerWebExchange exchange) {
    return read(exchange, StatusQuestion::jobId, body -> job(body, exchange));
  }

  private Mono<ResponseEntity<byte[]>> job(ObjectNode body, ServerWebExchange exchange) {
    ToolkitEnvelope.Call call = envelope.begin(PATH + "/job/status", body);
    String jobId = body.path("job_id").stringValue();
    String owner = Caller.of(exchange).owner();
    return stores
        .run(() -> jobs.find(jobId, owner))
        .flatMap(
            found ->
                found
                    .map(
                        job ->
                            replies
                                .whole(job)
                                .map(whole -> call.answer(jobId, envelope.status(whole))))
                    .orElseGet(() -> Mono.just(call.notFound(jobId))))
        .onErrorResume(LogAwayException.class, e -> Mono.just(errors.answer(ApiError.logAway())));
  }

  /** The states of the key's jobs that changed lately. A body is not needed. */
  @PostMapping("/jobs/status")
  Mono<ResponseEntity<byte[]>> jobs(ServerWebExchange exchange) {
    HttpHeaders head = exchange.getRequest().getHeaders();
    boolean bare =
        head.getContentType() == null
            && head.getContentLength() <= 0
            && !head.containsHeader(HttpHeaders.TRANSFER_ENCODING);
    return bare
        ? jobs(JsonNodeFactory.instance.objectNode(), exchange)
        : read(exchange, StatusQuestion::since, body -> jobs(body, exchange));
  }

  private Mono<ResponseEntity<byte[]>> jobs(ObjectNode body, ServerWebExchange exchange) {
    ToolkitEnvelope.Call call = envelope.begin(PATH + "/jobs/status", body);
    String owner = Caller.of(exchange).owner();
    return stores.run(() -> recent.since(owner, StatusQuestion.seconds(body))).map(call::answer);
  }

  /** Whether the key is good; one that is not never comes here. */
  @GetMapping("/authenticate")
  ResponseEntity<byte[]> authenticate() {
    return envelope
        .begin(PATH + "/authenticate", JsonNodeFactory.instance.objectNode())
        .answer(StringNode.valueOf("Authorized"));
  }

  /** Fields that nobody here knows are passed over, as the toolkit does. */
  private Mono<ResponseEntity<byte[]>> read(
      ServerWebExchange exchange,
      Function<JsonNode, Optional<String>> flaw,
      Function<ObjectNode, Mono<ResponseEntity<byte[]>>> use) {
    return bodies
        .read(exchange, body -> Mono.just(body.then(StrictJson::read)))
        .flatMap(
            read ->
                read.then(json -> object(json, flaw))
                    .fold(use, error -> Mono.just(errors.answer(error))));
  }

  private static Checked<ObjectNode> object(
      JsonNode json, Function<JsonNode, Optional<String>> flaw) {
    Optional<String> wrong =
        json.isObject() ? flaw.apply(json) : Optional.of("The body must be an object");
    return wrong
        .map(why -> Checked.<ObjectNode>refused(ApiError.invalid(why)))
        .orElseGet(() -> Checked.passed((ObjectNode) json));
  }
}
