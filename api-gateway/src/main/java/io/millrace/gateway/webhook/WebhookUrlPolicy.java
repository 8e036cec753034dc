package io.millrace.gateway.webhook;

import io.millrace.outbound.AddressBytes;
import io.millrace.outbound.AddressPolicy;
import io.millrace.outbound.HostNames;
import io.millrace.webhook.WebhookTarget;
import io.millrace.webhook.WebhookUrl;
import io.millrace.webhook.WebhookUrlReader;
import java.util.Optional;

/**
 * What a webhook URL must be to be taken: everything that can be told without asking a resolver.
 * What its name means is checked at each attempt, by {@link io.millrace.outbound.PinnedResolver}.
 * Immutable.
 */
public final class WebhookUrlPolicy {

  private final AddressPolicy addresses;
  private final boolean allowHttp;

  /** {@code allowHttp} also takes URLs without TLS. */
  public WebhookUrlPolicy(AddressPolicy addresses, boolean allowHttp) {
    this.addresses = addresses;
    this.allowHttp = allowHttp;
  }

  /** Why the URL is refused, as a sentence that does not repeat it; empty when it is taken. */
  public Optional<String> reject(String url) {
    Optional<String> reason =
        WebhookUrlReader.read(url) instanceof WebhookUrl.Flaw flaw
            ? Optional.of(flaw.reason())
            : WebhookTarget.of(url).flatMap(this::flaw);
    return reason.map(predicate -> "webhook_url " + predicate);
  }

  private Optional<String> flaw(WebhookTarget target) {
    if (!allowHttp && !target.tls()) {
      return Optional.of("must be an https URL");
    }
    if (ServicePorts.contains(target.port())) {
      return Optional.of(
          "must not use port " + target.port() + ", which belongs to another service");
    }
    return target.ipv6() ? literal(target.host()) : nameOrAddress(target.host());
  }

  private Optional<String> nameOrAddress(String host) {
    Optional<String> malformation = HostNames.malformation(host);
    if (malformation.isPresent()) {
      return Optional.of("is malformed: " + malformation.get());
    }
    return HostNames.endsInNumber(host) ? literal(host) : name(host);
  }

  private Optional<String> literal(String host) {
    return AddressBytes.parse(host)
        .map(addresses::refusal)
        .orElse(Optional.of("its address is none"))
        .map(WebhookUrlPolicy::notPublic);
  }

  private Optional<String> name(String host) {
    if (HostNames.isLocalhost(host)) {
      return addresses.opensLoopback()
          ? Optional.empty()
          : Optional.of(notPublic("its name is loopback"));
    }
    return HostNames.isPrivate(host) && !addresses.opensPrivateNames()
        ? Optional.of(notPublic("its name is only known in a private network"))
        : Optional.empty();
  }

  private static String notPublic(String why) {
    return "must lead to a public host: "
        + why
        + "; the operator opens other networks by MILLRACE_WEBHOOK_ALLOWED_NETWORKS";
  }
}
