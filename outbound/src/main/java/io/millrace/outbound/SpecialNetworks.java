package io.millrace.outbound;

import java.util.List;
import java.util.Optional;

/**
 * Every range that is not a public host's: the IANA registries of special-purpose IPv4 and IPv6
 * addresses, multicast, and what the clouds keep for themselves. The registries' "globally
 * reachable" service ranges (AS112, AMT, TURN and the like) are refused too: no host that anybody
 * means lives there.
 */
final class SpecialNetworks {

  private record Special(Network network, String name) {

    static Special of(String network, String name) {
      return new Special(Network.parse(network), name);
    }
  }

  /** All of IPv6 that is given out to hosts; what lies outside needs no name to be refused. */
  private static final Network GLOBAL_UNICAST_V6 = Network.parse("2000::/3");

  private static final Network ALL_V4 = Network.parse("0.0.0.0/0");

  private static final List<Special> TABLE =
      List.of(
          Special.of("0.0.0.0/8", "this network"),
          Special.of("10.0.0.0/8", "private"),
          Special.of("100.64.0.0/10", "shared by carriers"),
          Special.of("127.0.0.0/8", "loopback"),
          Special.of("168.63.129.16/32", "a cloud's platform service"),
          Special.of("169.254.0.0/16", "link-local"),
          Special.of("172.16.0.0/12", "private"),
          Special.of("192.0.0.0/24", "protocol assignments"),
          Special.of("192.0.2.0/24", "documentation"),
          Special.of("192.31.196.0/24", "AS112"),
          Special.of("192.52.193.0/24", "AMT"),
          Special.of("192.88.99.0/24", "6to4 relay"),
          Special.of("192.168.0.0/16", "private"),
          Special.of("192.175.48.0/24", "AS112"),
          Special.of("198.18.0.0/15", "benchmarking"),
          Special.of("198.51.100.0/24", "documentation"),
          Special.of("203.0.113.0/24", "documentation"),
          Special.of("224.0.0.0/4", "multicast"),
          Special.of("240.0.0.0/4", "reserved or broadcast"),
          Special.of("::/128", "unspecified"),
          Special.of("::1/128", "loopback"),
          Special.of("::/96", "IPv4-compatible"),
          Special.of("::ffff:0:0/96", "IPv4-mapped"),
          Special.of("::ffff:0:0:0/96", "IPv4-translated"),
          Special.of("64:ff9b::/96", "NAT64"),
          Special.of("64:ff9b:1::/48", "local NAT64"),
          Special.of("100::/64", "discard-only"),
          Special.of("100:0:0:1::/64", "dummy prefix"),
          Special.of("2001::/32", "Teredo"),
          Special.of("2001::/23", "protocol assignments"),
          Special.of("2001:db8::/32", "documentation"),
          Special.of("2002::/16", "6to4"),
          Special.of("2620:4f:8000::/48", "AS112"),
          Special.of("3ffe::/16", "6bone"),
          Special.of("3fff::/20", "documentation"),
          Special.of("5f00::/16", "segment routing"),
          Special.of("fc00::/7", "unique local"),
          Special.of("fe80::/10", "link-local"),
          Special.of("fec0::/10", "site-local"),
          Special.of("ff00::/8", "multicast"));

  private SpecialNetworks() {}

  /** What the address is for, when it is not a public host's. */
  static Optional<String> purposeOf(AddressBytes address) {
    Optional<String> named =
        TABLE.stream()
            .filter(special -> special.network().contains(address))
            .map(Special::name)
            .findFirst();
    return named.isPresent() || ALL_V4.contains(address) || GLOBAL_UNICAST_V6.contains(address)
        ? named
        : Optional.of("not assigned to hosts");
  }
}
