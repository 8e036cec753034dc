package io.millrace.gateway.mcp;

import io.millrace.gateway.GatewaySettings;
import io.millrace.gateway.auth.Caller;
import io.millrace.gateway.error.ApiError;
import io.millrace.gateway.error.ApiErrors;
import io.millrace.gateway.error.Checked;
import io.millrace.gateway.reply.GatewayId;
import io.millrace.gateway.request.RequestValidator;
import io.millrace.gateway.submit.Execution;
import io.millrace.gateway.submit.ExecutionReply;
import io.millrace.gateway.submit.RequestTrace;
import io.millrace.gateway.submit.Submission;
import io.millrace.gateway.submit.WaitFor;
import io.millrace.job.ExecutionRequest;
import java.util.List;
import java.util.Set;
import java.util.UUID;
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

  private static final Set<String> ARGUMENTS = Set.of("code", "timeout");

  private final RequestValidator validator;
  private final Execution execution;
  private final GatewayId gatewayId;
  private final GatewaySettings settings;
  private final RequestTrace trace;

  ExecutePython(
      RequestValidator validator,
      Execution execution,
      GatewayId gatewayId,
      GatewaySettings settings,
      RequestTrace trace) {
    this.validator = validator;
    this.execution = execution;
    this.gatewayId = gatewayId;
    this.settings = settings;
    this.trace = trace;
  }

  /** Runs the code; the result of a failed run is a result, with {@code isError}. */
  Mono<ObjectNode> call(JsonNode arguments, ServerWebExchange exchange) {
    return validated(arguments)
        .fold(
            request -> execution.run(submission(request, exchange)), error -> Mono.just(no(error)))
        .map(ToolResult::of);
  }

  private Checked<ExecutionRequest> validated(JsonNode arguments) {
    return arguments.propertyNames().stream().allMatch(ARGUMENTS::contains)
        ? validator.validate(McpMessage.JSON.writeValueAsBytes(arguments))
        : Checked.refused(ApiError.invalid("The arguments are code and timeout, and no others"));
  }

  private Submission submission(ExecutionRequest request, ServerWebExchange exchange) {
    WaitFor toTheEnd = WaitFor.preferred(List.of(), settings.gateway().maxWait());
    return new Submission(
        UUID.randomUUID(),
        Caller.of(exchange),
        request,
        toTheEnd,
        gatewayId.value(),
        null,
        trace.of(exchange));
  }

  private static ExecutionReply no(ApiError error) {
    return new ExecutionReply(error.status(), error.headers(), ApiErrors.body(error));
  }
}
