package io.millrace.gateway.submit;

import io.millrace.gateway.GatewaySettings;
import io.millrace.gateway.auth.Caller;
import io.millrace.gateway.error.ApiError;
import io.millrace.gateway.error.Checked;
import io.millrace.gateway.reply.GatewayId;
import io.millrace.gateway.request.RequestValidator;
import io.millrace.job.ExecutionRequest;
import io.millrace.job.Job;
import java.util.Optional;
import java.util.UUID;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;

/**
 * Makes a request for the queue of a body and its head: everything that can be said before the
 * gate.
 */
@Component
final class JobRequestReader {

  private final RequestValidator validator;
  private final WebhookRule webhookUrls;
  private final GatewayId gatewayId;
  private final GatewaySettings settings;
  private final RequestTrace trace;

  JobRequestReader(
      RequestValidator validator,
      WebhookRule webhookUrls,
      GatewayId gatewayId,
      GatewaySettings settings,
      RequestTrace trace) {
    this.validator = validator;
    this.webhookUrls = webhookUrls;
    this.gatewayId = gatewayId;
    this.settings = settings;
    this.trace = trace;
  }

  /** The request for the queue, or why there is none. */
  Checked<JobRequest> read(byte[] body, ServerWebExchange exchange) {
    return validator
        .validate(body)
        .then(this::webhookAllowed)
        .then(request -> withIdempotencyKey(request, body, exchange));
  }

  private Checked<ExecutionRequest> webhookAllowed(ExecutionRequest request) {
    return Optional.ofNullable(request.webhookUrl())
        .flatMap(webhookUrls::reject)
        .map(why -> Checked.<ExecutionRequest>refused(ApiError.invalid(why).withId(request.id())))
        .orElseGet(() -> Checked.passed(request));
  }

  private Checked<JobRequest> withIdempotencyKey(
      ExecutionRequest request, byte[] body, ServerWebExchange exchange) {
    HttpHeaders head = exchange.getRequest().getHeaders();
    return IdempotencyKey.read(head.getOrEmpty(IdempotencyKey.HEADER), body)
        .then(key -> Checked.passed(jobRequest(request, key, exchange)));
  }

  private JobRequest jobRequest(
      ExecutionRequest request, IdempotencyKey key, ServerWebExchange exchange) {
    HttpHeaders head = exchange.getRequest().getHeaders();
    Caller caller = Caller.of(exchange);
    WaitFor waitFor =
        request.webhookUrl() == null
            ? WaitFor.preferred(head.getOrEmpty("Prefer"), settings.gateway().maxWait())
            : WaitFor.webhook();
    Job job =
        new Job(
            UUID.randomUUID(),
            caller.owner(),
            request,
            0,
            waitFor.notAtAll() ? null : gatewayId.value(),
            trace.of(exchange),
            key.value(),
            key.bodyDigest());
    return new JobRequest(job, caller.limits(), waitFor);
  }
}
