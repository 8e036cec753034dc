package io.millrace.webhook.dispatch;

import io.millrace.outbound.PinnedResolver;
import io.millrace.outbound.Resolution;
import io.millrace.trace.Traceparent;
import io.millrace.webhook.WebhookTarget;
import io.millrace.webhook.delivery.AttemptOutcome;
import io.millrace.webhook.delivery.Delivery;
import io.millrace.webhook.sign.WebhookSignature;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Makes one attempt: resolve, check, sign, post. Thread-safe, non-blocking. */
final class AttemptMaker {

  private static final String USER_AGENT = "Millrace-Webhooks/1";

  private final PinnedResolver resolver;
  private final Duration resolveLimit;
  private final WebhookSignature signature;
  private final WebhookClient client;
  private final Clock clock;

  AttemptMaker(
      PinnedResolver resolver,
      Duration resolveLimit,
      WebhookSignature signature,
      WebhookClient client,
      Clock clock) {
    this.resolver = resolver;
    this.resolveLimit = resolveLimit;
    this.signature = signature;
    this.client = client;
    this.clock = clock;
  }

  /**
   * Never an error: whatever happens is a result.
   *
   * @param traceparent the trace context to send along, or null
   */
  Mono<AttemptResult> attempt(
      Delivery delivery, WebhookTarget target, byte[] body, @Nullable String traceparent) {
    return resolver
        .resolve(target.host())
        .timeout(resolveLimit, Mono.just(new Resolution.Unknown()))
        .flatMap(
            resolution -> {
              if (resolution instanceof Resolution.Checked checked) {
                return client.post(target, checked.addresses(), sign(delivery, body, traceparent));
              }
              return Mono.just(
                  resolution instanceof Resolution.Blocked blocked
                      ? AttemptResult.failed(AttemptOutcome.BLOCKED, "No: " + blocked.reason())
                      : AttemptResult.failed(
                          AttemptOutcome.UNRESOLVED, "The host's name has no address"));
            });
  }

  private SignedMessage sign(Delivery delivery, byte[] body, @Nullable String traceparent) {
    String id = delivery.jobId().toString();
    Instant now = clock.instant();
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Content-Type", "application/json");
    headers.put("User-Agent", USER_AGENT);
    headers.put("webhook-id", id);
    headers.put("webhook-timestamp", Long.toString(now.getEpochSecond()));
    signature
        .of(delivery.owner(), id, now, body)
        .ifPresent(signed -> headers.put("webhook-signature", signed));
    if (traceparent != null) {
      headers.put(Traceparent.HEADER, traceparent);
    }
    return new SignedMessage(body, headers);
  }
}
