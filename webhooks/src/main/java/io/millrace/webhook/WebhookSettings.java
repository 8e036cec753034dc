package io.millrace.webhook;

import io.millrace.outbound.Network;
import io.millrace.webhook.sign.WebhookSecret;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The properties below {@code millrace.webhook}. Times are checked at start; a wrong one ends the
 * start with its name.
 *
 * @param secret signs every delivery; several, separated by spaces or commas, all sign; empty:
 *     deliveries are unsigned
 * @param ownerSecrets the same for single owners, in place of {@code secret}
 * @param allowedNetworks CIDRs that webhooks may go to although they are not public
 * @param allowHttp whether URLs without TLS are taken
 * @param trustedCertificates a PEM file of more certificate authorities, beside Java's own
 * @param retryBase the wait before the second attempt; all later waits grow in proportion
 * @param maxRetryAfter the longest {@code Retry-After} that is honoured
 * @param dnsTimeout for one question to one name server
 * @param connectTimeout until the connection stands, and again until TLS stands
 * @param headTimeout from the start of connecting until the answer's head is there
 * @param totalTimeout the same until its body is read
 * @param slowAfter who takes longer to answer is kept apart from the others for five minutes
 * @param maxHeaderBytes of an answer
 * @param maxAnswerBytes of an answer's body that are read before the connection is closed
 * @param lease how long a silent gateway keeps the deliveries it took; longer than an attempt
 * @param takers threads that take the ends of jobs from the log
 * @param pollInterval how often each gateway looks for deliveries that are due, while any is
 *     pending; else once a second at most
 * @param retention how long the facts of a delivery are kept, and a message can be sent again
 * @param deliveredRetention the same for deliveries that have arrived
 * @param maxPending failed deliveries that may wait for another attempt, over all gateways; beyond
 *     it the longest failing of the owner who has most is given up, but none that has failed once
 *     only
 * @param maxInFlight first attempts that may be in flight in one gateway; all other attempts have a
 *     quarter of this and of the next three for themselves
 * @param maxPerReceiver of these, to one host and port
 * @param maxPerOwner of these, for one owner
 * @param maxBytesInFlight of these, bytes of message bodies
 */
@ConfigurationProperties("millrace.webhook")
public record WebhookSettings(
    @DefaultValue("") String secret,
    @DefaultValue Map<String, String> ownerSecrets,
    @DefaultValue List<String> allowedNetworks,
    @DefaultValue("true") boolean allowHttp,
    @Nullable Path trustedCertificates,
    @DefaultValue("5s") Duration retryBase,
    @DefaultValue("12h") Duration maxRetryAfter,
    @DefaultValue("2s") Duration dnsTimeout,
    @DefaultValue("5s") Duration connectTimeout,
    @DefaultValue("15s") Duration headTimeout,
    @DefaultValue("20s") Duration totalTimeout,
    @DefaultValue("2s") Duration slowAfter,
    @DefaultValue("16384") int maxHeaderBytes,
    @DefaultValue("65536") int maxAnswerBytes,
    @DefaultValue("30s") Duration lease,
    @DefaultValue("2") int takers,
    @DefaultValue("100ms") Duration pollInterval,
    @DefaultValue("7d") Duration retention,
    @DefaultValue("1h") Duration deliveredRetention,
    @DefaultValue("100000") long maxPending,
    @DefaultValue("2048") int maxInFlight,
    @DefaultValue("64") int maxPerReceiver,
    @DefaultValue("1536") int maxPerOwner,
    @DefaultValue("64MB") DataSize maxBytesInFlight) {

  private static final String PREFIX = "millrace.webhook.";

  public WebhookSettings {
    ownerSecrets = Map.copyOf(ownerSecrets);
    allowedNetworks = List.copyOf(allowedNetworks);
    secrets(secret);
    secretsByOwner(ownerSecrets);
    networks(allowedNetworks);
    atLeast(retryBase, 1, "retry-base");
    atLeast(dnsTimeout, 1, "dns-timeout");
    atLeast(connectTimeout, 1, "connect-timeout");
    atLeast(headTimeout, 1, "head-timeout");
    atLeast(totalTimeout, 1, "total-timeout");
    check(maxHeaderBytes >= 1024, "max-header-bytes", "1024 or more", maxHeaderBytes);
    check(maxAnswerBytes >= 0, "max-answer-bytes", "0 or more", maxAnswerBytes);
    atLeast(slowAfter, 1, "slow-after");
    check(
        lease.compareTo(longestAttempt(headTimeout, totalTimeout, connectTimeout)) > 0,
        "lease",
        "above the longest attempt: connect-timeout, and head-timeout or total-timeout",
        lease);
    check(takers >= 1, "takers", "1 or more", takers);
    atLeast(pollInterval, 1, "poll-interval");
    atLeast(retention, 60_000, "retention");
    check(
        !maxRetryAfter.isNegative() && maxRetryAfter.compareTo(retention) < 0,
        "max-retry-after",
        "0s or more, and below retention",
        maxRetryAfter);
    atLeast(deliveredRetention, 60_000, "delivered-retention");
    check(maxPending >= 0, "max-pending", "0 or more", maxPending);
    check(maxInFlight >= 4, "max-in-flight", "4 or more", maxInFlight);
    check(maxPerReceiver >= 4, "max-per-receiver", "4 or more", maxPerReceiver);
    check(maxPerOwner >= 4, "max-per-owner", "4 or more", maxPerOwner);
    check(
        maxBytesInFlight.toMegabytes() >= 16,
        "max-bytes-in-flight",
        "16MB or more",
        maxBytesInFlight);
  }

  /** The secrets that {@code secret} names. */
  List<WebhookSecret> secrets() {
    return secrets(secret);
  }

  /** The secrets that {@code ownerSecrets} names. */
  Map<String, List<WebhookSecret>> secretsByOwner() {
    return secretsByOwner(ownerSecrets);
  }

  private static List<WebhookSecret> secrets(String texts) {
    return WebhookSecret.parseAll(texts, PREFIX + "secret");
  }

  private static Map<String, List<WebhookSecret>> secretsByOwner(Map<String, String> texts) {
    return texts.entrySet().stream()
        .collect(
            Collectors.toUnmodifiableMap(
                Map.Entry::getKey,
                each ->
                    WebhookSecret.parseAll(
                        each.getValue(), PREFIX + "owner-secrets." + each.getKey())));
  }

  /** The networks that {@code allowedNetworks} names. */
  List<Network> networks() {
    return networks(allowedNetworks);
  }

  private static Duration longestAttempt(Duration head, Duration total, Duration connect) {
    return connect.plus(head.compareTo(total) > 0 ? head : total);
  }

  private static List<Network> networks(List<String> texts) {
    try {
      return texts.stream().map(String::strip).map(Network::parse).toList();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(PREFIX + "allowed-networks: " + e.getMessage(), e);
    }
  }

  private static void atLeast(Duration value, long millis, String name) {
    check(value.toMillis() >= millis, name, Duration.ofMillis(millis) + " or more", value);
  }

  private static void check(boolean good, String name, String wanted, Object value) {
    if (!good) {
      throw new IllegalArgumentException(
          PREFIX + name + " must be " + wanted + ", but is " + value);
    }
  }
}
