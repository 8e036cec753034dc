package io.millrace.deploy.server;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Optional;

/** NetworkPolicies. */
final class NetworkPolicies {
  private NetworkPolicies() {}

  static void check(Field spec) {
    Meta.selector(spec.at("podSelector"));
    spec.at("policyTypes").each().forEach(each -> each.oneOf("Ingress", "Egress"));
    if (spec.at("policyTypes").node().size() > 2) {
      spec.at("policyTypes").refuse("has more than two types");
    }
    rules(spec.at("ingress"), "from");
    rules(spec.at("egress"), "to");
  }

  private static void rules(Field rules, String peers) {
    rules
        .each()
        .forEach(
            rule -> {
              rule.at("ports").each().forEach(NetworkPolicies::port);
              rule.at(peers).each().forEach(NetworkPolicies::peer);
            });
  }

  private static void port(Field port) {
    port.at("protocol").oneOf("TCP", "UDP", "SCTP");
    port.at("port").isPort();
    Field end = port.at("endPort");
    if (end.isThere()) {
      end.within(port.at("port").node().asInt(0), 65535);
      if (!port.at("port").node().isIntegralNumber()) {
        end.refuse("is allowed beside a number of a port only");
      }
    }
  }

  private static void peer(Field peer) {
    Meta.selector(peer.at("podSelector"));
    Meta.selector(peer.at("namespaceSelector"));
    Field block = peer.at("ipBlock");
    boolean selects = peer.at("podSelector").isThere() || peer.at("namespaceSelector").isThere();
    if (selects == block.isThere()) {
      peer.refuse("must have an ipBlock, or else a selector");
    }
    if (block.isThere()) {
      block.at("cidr").required();
      Network.parsed(block.at("cidr")).ifPresent(it -> exceptions(it, block.at("except")));
    }
  }

  private static void exceptions(Network network, Field exceptions) {
    exceptions
        .each()
        .forEach(
            each ->
                Network.parsed(each)
                    .filter(it -> !network.strictlyHolds(it))
                    .ifPresent(it -> each.refuse("must be a strict subset of cidr")));
  }

  /** Addresses with a common beginning, as Go reads and compares them. */
  private record Network(byte[] address, int bits) {

    static Optional<Network> parsed(Field cidr) {
      String[] parts = cidr.text().split("/", -1);
      try {
        // Only digits and colons: a name would be looked up.
        if (parts.length == 2
            && parts[0].matches("[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")
            && parts[1].matches("0|[1-9][0-9]{0,2}")) {
          boolean six = parts[0].contains(":");
          byte[] address = InetAddress.getByName(parts[0]).getAddress();
          if (six && address.length == 4) {
            // Java makes IPv4 of a mapped address.
            byte[] mapped = new byte[16];
            mapped[10] = mapped[11] = (byte) 0xff;
            System.arraycopy(address, 0, mapped, 12, 4);
            address = mapped;
          }
          Network network = new Network(address, Integer.parseInt(parts[1]));
          if (network.bits <= 8 * address.length) {
            if (!Arrays.equals(network.begin(network.bits), address)) {
              cidr.refuse("has bits beyond its prefix");
            }
            return Optional.of(network);
          }
        }
      } catch (UnknownHostException e) {
        // Told below.
      }
      cidr.refuse("is no network in CIDR notation");
      return Optional.empty();
    }

    /** Go takes a mapped IPv6 address for the IPv4 address in it, which is in no IPv6 network. */
    boolean strictlyHolds(Network other) {
      byte[] theirs = other.unmapped();
      return unmapped().length == theirs.length
          && Arrays.equals(begin(bits), new Network(theirs, bits).begin(bits))
          && bits < other.bits;
    }

    private byte[] unmapped() {
      boolean mapped =
          address.length == 16
              && Arrays.equals(
                  Arrays.copyOf(address, 12),
                  new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte) 0xff, (byte) 0xff});
      return mapped ? Arrays.copyOfRange(address, 12, 16) : address;
    }

    private byte[] begin(int length) {
      byte[] begin = address.clone();
      for (int i = length; i < 8 * begin.length; i++) {
        begin[i / 8] &= (byte) ~(0x80 >> (i % 8));
      }
      return begin;
    }
  }
}
