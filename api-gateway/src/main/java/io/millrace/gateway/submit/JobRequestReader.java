package io.millrace.gateway.submit;

import io.millrace.gateway.GatewaySettings;
import io.millrace.gateway.auth.Caller;
import io.millrace.gateway.error.ApiError;
import io.millrace.gateway.error.Checked;
import io.millrace.gateway.network.NetworkRule;
import io.millrace.gateway.packages.PackageRule;
import io.millrace.gateway.reply.GatewayId;
import io.millrace.gateway.request.RequestValidator;
import io.millrace.job.ExecutionRequest;
import io.millrace.job.Job;
import io.millrace.job.Reply;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;

/**
 * Makes a request for the queue of a body and its head: everything that can be said before the
 * gate.
 */
@Component
public final class JobRequestReader {

  private final RequestValidator validator;
  private final PackageRule packages;
  private final WebhookRule webhookUrls;
  private final NetworkRule network;
  private final GatewayId gatewayId;
  private final GatewaySettings settings;
  private final RequestTrace trace;

  JobRequestReader(
      RequestValidator validator,
      PackageRule packages,
      WebhookRule webhookUrls,
      NetworkRule network,
      GatewayId gatewayId,
      GatewaySettings settings,
      RequestTrace trace) {
    this.validator = validator;
    this.packages = packages;
    this.webhookUrls = webhookUrls;
    this.network = network;
    this.gatewayId = gatewayId;
    this.settings = settings;
    this.trace = trace;
  }

  /** The request for the queue, or why there is none. */
  Checked<JobRequest> read(byte[] body, ServerWebExchange exchange) {
    return (isWide(exchange) ? validator.validateJob(body) : validator.validate(body))
        .then(request -> allowed(request, exchange))
        .then(request -> withIdempotencyKey(request, body, exchange));
  }

  /** What the jobs of a batch share, for whose replies nobody waits; or why there is no batch. */
  public Checked<JobRequest> ofBatch(
      ExecutionRequest request, byte[] body, ServerWebExchange exchange) {
    HttpHeaders head = exchange.getRequest().getHeaders();
    UUID id = UUID.randomUUID();
    return allowed(request, exchange)
        .then(
            allowed ->
                IdempotencyKey.read(head.getOrEmpty(IdempotencyKey.HEADER), body, "batches")
                    .then(
                        key ->
                            Checked.passed(
                                jobRequest(id, allowed, WaitFor.webhook(), key, exchange))));
  }

  private Checked<ExecutionRequest> allowed(ExecutionRequest valid, ServerWebExchange exchange) {
    Caller caller = Caller.of(exchange);
    return packages
        .check(valid, caller)
        .then(this::webhookAllowed)
        .then(request -> network.check(request, caller));
  }

  /**
   * The request of a caller that speaks another protocol, which waits to the end; or why there is
   * none.
   *
   * @param jobId what the job will be called
   */
  public Checked<JobRequest> waiting(
      UUID jobId, ExecutionRequest request, ServerWebExchange exchange) {
    WaitFor toTheEnd = WaitFor.preferred(List.of(), settings.gateway().maxWait());
    IdempotencyKey none = new IdempotencyKey(null, null);
    return allowed(request, exchange)
        .then(allowed -> Checked.passed(jobRequest(jobId, allowed, toTheEnd, none, exchange)));
  }

  private static boolean isWide(ServerWebExchange exchange) {
    return exchange.getRequest().getPath().value().equals(Reply.JOBS_ENDPOINT);
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
    return IdempotencyKey.read(
            head.getOrEmpty(IdempotencyKey.HEADER), body, request.wide() == null ? "" : "jobs")
        .then(
            key ->
                Checked.passed(
                    jobRequest(UUID.randomUUID(), request, waitFor(request, head), key, exchange)));
  }

  private WaitFor waitFor(ExecutionRequest request, HttpHeaders head) {
    return request.webhookUrl() == null
        ? WaitFor.preferred(head.getOrEmpty("Prefer"), settings.gateway().maxWait())
        : WaitFor.webhook();
  }

  private JobRequest jobRequest(
      UUID jobId,
      ExecutionRequest request,
      WaitFor waitFor,
      IdempotencyKey key,
      ServerWebExchange exchange) {
    Caller caller = Caller.of(exchange);
    Job job =
        new Job(
            jobId,
            caller.owner(),
            request,
            0,
            waitFor.notAtAll() ? null : gatewayId.value(),
            trace.of(exchange),
            key.value(),
            key.bodyDigest(),
            network.hosts(request, caller),
            null);
    return new JobRequest(job, caller.limits(), waitFor);
  }

  /**
   * A request's {@code Idempotency-Key}.
   *
   * @param value 1 to 255 visible ASCII characters; null when the request has none
   * @param bodyDigest what tells the request's body from another; null without a key
   */
  private record IdempotencyKey(@Nullable String value, @Nullable String bodyDigest) {

    private static final String HEADER = "Idempotency-Key";
    private static final Pattern KEY = Pattern.compile("[!-~]{1,255}");

    /** Reads the header's fields: at most one. */
    private static Checked<IdempotencyKey> read(List<String> fields, byte[] body, String route) {
      if (fields.isEmpty()) {
        return Checked.passed(new IdempotencyKey(null, null));
      }
      if (fields.size() > 1 || !KEY.matcher(fields.get(0)).matches()) {
        return Checked.refused(
            ApiError.invalid("Idempotency-Key must be one key of 1 to 255 visible characters"));
      }
      return Checked.passed(new IdempotencyKey(fields.get(0), digest(body, route)));
    }

    /** The same body is another request on another route; the plain one's digest is as it was. */
    private static String digest(byte[] body, String route) {
      try {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        digest.update(body);
        return HexFormat.of().formatHex(digest.digest(route.getBytes(StandardCharsets.UTF_8)));
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every JDK has SHA-256", e);
      }
    }
  }
}
