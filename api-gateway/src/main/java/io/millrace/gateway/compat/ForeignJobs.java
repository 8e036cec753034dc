package io.millrace.gateway.compat;

import io.millrace.gateway.error.ApiError;
import io.millrace.gateway.error.Checked;
import io.millrace.gateway.reply.ExecutionReply;
import io.millrace.gateway.request.RequestValidator;
import io.millrace.gateway.request.StrictJson;
import io.millrace.gateway.submit.JobRequestReader;
import io.millrace.gateway.submit.Reception;
import java.util.UUID;
import java.util.function.Function;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Runs what a foreign request asks for, as a request of {@code POST /v1/jobs}. Thread-safe. */
@Component
public final class ForeignJobs {

  private final Reception reception;
  private final RequestValidator validator;
  private final JobRequestReader requests;

  ForeignJobs(Reception reception, RequestValidator validator, JobRequestReader requests) {
    this.reception = reception;
    this.validator = validator;
    this.requests = requests;
  }

  /**
   * Our reply to the request of this exchange, whose caller waits to the end.
   *
   * @param translator makes the body of a request of ours out of the foreign one, which is an
   *     object
   */
  public Mono<ExecutionReply> run(
      ServerWebExchange exchange, Function<JsonNode, Checked<ObjectNode>> translator) {
    return reception.answer(
        exchange,
        body ->
            StrictJson.read(body)
                .then(ForeignJobs::object)
                .then(translator)
                .then(validator::validateJob)
                .then(request -> requests.waiting(UUID.randomUUID(), request, exchange)));
  }

  private static Checked<JsonNode> object(JsonNode json) {
    return json.isObject()
        ? Checked.passed(json)
        : Checked.refused(ApiError.invalid("The body must be a JSON object"));
  }
}
