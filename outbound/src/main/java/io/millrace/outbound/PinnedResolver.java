package io.millrace.outbound;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import reactor.core.publisher.Mono;

/**
 * Resolves a host once and checks every answer: one bad address among good ones blocks the attempt,
 * since whoever controls the name chose them all. The addresses carry the host's name, so that TLS
 * is verified against the name while the socket goes to the checked address.
 */
public final class PinnedResolver {

  private final NameLookup names;
  private final AddressPolicy policy;

  public PinnedResolver(NameLookup names, AddressPolicy policy) {
    this.names = names;
    this.policy = policy;
  }

  /** Resolves a host of a URL: a name, or a literal without brackets. Never an error. */
  public Mono<Resolution> resolve(String host) {
    Optional<AddressBytes> literal = AddressBytes.parse(host);
    if (literal.isPresent()) {
      return Mono.just(literalAddress(host, literal.get()));
    }
    if (HostNames.isLocalhost(host)) {
      return Mono.just(openLoopback(host));
    }
    return names
        .addressesOf(host)
        .map(addresses -> check(host, addresses))
        .onErrorReturn(new Resolution.Unknown())
        .defaultIfEmpty(new Resolution.Unknown());
  }

  private Resolution literalAddress(String host, AddressBytes literal) {
    // Checked as it was written: an IPv4-mapped literal is refused for being one.
    return policy
        .refusal(literal)
        .<Resolution>map(Resolution.Blocked::new)
        .orElseGet(() -> check(host, List.of(literal.named(host))));
  }

  /** {@code localhost} never leaves the machine, so no resolver is asked what it means. */
  private Resolution openLoopback(String host) {
    List<InetAddress> open = policy.localhost().map(address -> address.named(host)).toList();
    return open.isEmpty()
        ? new Resolution.Blocked("the name " + host + " is loopback")
        : new Resolution.Checked(open);
  }

  private Resolution check(String host, List<InetAddress> answers) {
    if (answers.isEmpty()) {
      return new Resolution.Unknown();
    }
    List<AddressBytes> addresses = answers.stream().map(AddressBytes::of).toList();
    return addresses.stream()
        .flatMap(address -> policy.refusal(address).stream())
        .findFirst()
        .<Resolution>map(Resolution.Blocked::new)
        .orElseGet(() -> pin(host, addresses));
  }

  private static Resolution pin(String host, List<AddressBytes> addresses) {
    return new Resolution.Checked(addresses.stream().map(address -> address.named(host)).toList());
  }
}
