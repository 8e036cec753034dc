package io.millrace.gateway.mcp;

import io.millrace.gateway.auth.Caller;
import io.millrace.gateway.error.ApiError;
import io.millrace.gateway.error.Checked;
import io.millrace.gateway.mcp.McpMessage.Request;
import io.millrace.gateway.reply.ExecutionReply;
import io.millrace.gateway.request.RequestValidator;
import io.millrace.gateway.submit.Execution;
import io.millrace.gateway.submit.JobRequest;
import io.millrace.gateway.submit.JobRequestReader;
import io.millrace.job.ExecutionRequest;
import io.millrace.job.Job;
import io.millrace.store.OpenCalls.Name;
import java.net.URI;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The tool. Its arguments are some of the body of {@code POST /v1/jobs}; what is wrong with them is
 * told by the same validation, as a failed call that the model can read and mend.
 */
@Component
final class ExecutePython {

  static final String NAME = "execute_python";

  private static final Set<String> ARGUMENTS = Set.of("code", "files", "input", "timeout");

  private final RequestValidator validator;
  private final Execution execution;
  private final JobRequestReader requests;
  private final McpSettings mcp;
  private final CallRegister register;

  ExecutePython(
      RequestValidator validator,
      Execution execution,
      JobRequestReader requests,
      McpSettings mcp,
      CallRegister register) {
    this.validator = validator;
    this.execution = execution;
    this.requests = requests;
    this.mcp = mcp;
    this.register = register;
  }

  /**
   * Runs the code; the result of a failed run is a result, with {@code isError}; there is none of a
   * call that its client has cancelled meanwhile. Cancelling it ends the job.
   *
   * @param jobId what the job will be called
   */
  Mono<ObjectNode> call(Request request, UUID jobId, ServerWebExchange exchange) {
    JsonNode arguments = request.params().path("arguments");
    return validated(arguments.isMissingNode() ? McpMessage.JSON.createObjectNode() : arguments)
        .then(valid -> requests.waiting(jobId, valid, exchange))
        .fold(
            valid -> run(valid, name(request.id(), exchange)),
            error -> Mono.just(ExecutionReply.refused(error)))
        .map(reply -> ToolResult.of(reply, (int) mcp.maxOutput().toBytes(), address(exchange)));
  }

  /** Where the client found this server: it finds files there too. */
  private static URI address(ServerWebExchange exchange) {
    return exchange.getRequest().getURI().resolve("/");
  }

  /** Ends the job of an earlier call of this client. */
  void cancel(JsonNode requestId, ServerWebExchange exchange) {
    register.cancel(name(requestId, exchange));
  }

  private Mono<ExecutionReply> run(JobRequest request, Name name) {
    Job job = request.job();
    return register
        .open(name, job.jobId())
        .then(execution.run(request))
        .flatMap(reply -> unlessCancelled(reply, name, job.jobId()))
        .doOnError(failure -> register.close(name, job.jobId()).subscribe())
        .doOnCancel(
            () -> {
              register.cancel(job.jobId(), job.owner());
              register.close(name, job.jobId()).subscribe();
            });
  }

  /** A client that has cancelled its call must not hear of it any more. */
  private Mono<ExecutionReply> unlessCancelled(ExecutionReply reply, Name name, UUID jobId) {
    return register.close(name, jobId).flatMap(gone -> gone ? Mono.empty() : Mono.just(reply));
  }

  private static Name name(JsonNode requestId, ServerWebExchange exchange) {
    String session = exchange.getRequest().getHeaders().getFirst(ProtocolRules.SESSION_HEADER);
    return new Name(
        Caller.of(exchange).owner(), Objects.requireNonNullElse(session, ""), requestId.toString());
  }

  private Checked<ExecutionRequest> validated(JsonNode arguments) {
    return arguments.propertyNames().stream().allMatch(ARGUMENTS::contains)
        ? validator.validateJob(arguments)
        : Checked.refused(
            ApiError.invalid("The arguments are code, timeout, input and files, and no others"));
  }
}
