package io.millrace.webhook.sign;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Signs messages by Standard Webhooks, version 1: {@code v1,} and the base64 of the HMAC SHA-256
 * over {@code id.timestamp.body}, once for each live secret, with spaces between. Immutable.
 */
public final class WebhookSignature {

  private final List<WebhookSecret> common;
  private final Map<String, List<WebhookSecret>> byOwner;

  /** {@code byOwner} replaces the common secrets for these owners. */
  public WebhookSignature(List<WebhookSecret> common, Map<String, List<WebhookSecret>> byOwner) {
    this.common = List.copyOf(common);
    this.byOwner = Map.copyOf(byOwner);
  }

  /** The value of {@code webhook-signature}; empty when no secret is set for the owner. */
  public Optional<String> of(String owner, String id, Instant timestamp, byte[] body) {
    String prefix = id + "." + timestamp.getEpochSecond() + ".";
    String signatures =
        byOwner.getOrDefault(owner, common).stream()
            .map(secret -> "v1," + secret.sign(prefix, body))
            .collect(Collectors.joining(" "));
    return Optional.of(signatures).filter(text -> !text.isEmpty());
  }
}
