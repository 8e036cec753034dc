package io.millrace.outbound;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Says to which addresses a socket may be opened: public hosts, and the networks that the operator
 * has opened. Immutable.
 */
public final class AddressPolicy {

  private static final Network LOOPBACK_V4 = Network.parse("127.0.0.0/8");
  private static final Network LOOPBACK_V6 = Network.parse("::1/128");
  private static final List<AddressBytes> LOCALHOST =
      List.of(AddressBytes.of(new byte[] {127, 0, 0, 1}), LOOPBACK_V6.first());

  private final List<Network> opened;

  /** {@code opened} are open whatever they are for. */
  public AddressPolicy(List<Network> opened) {
    this.opened = List.copyOf(opened);
  }

  /** Why no socket may be opened to the address; empty when one may. */
  public Optional<String> refusal(AddressBytes address) {
    if (opened.stream().anyMatch(network -> network.contains(address))) {
      return Optional.empty();
    }
    return SpecialNetworks.purposeOf(address)
        .map(purpose -> "the address " + address + " is " + purpose);
  }

  /** Why no socket may be opened to the address; empty when one may. */
  public Optional<String> refusal(InetAddress address) {
    return refusal(AddressBytes.of(address));
  }

  /** Whether the operator opened a network of his own, and so the names that are used in it. */
  public boolean opensPrivateNames() {
    return opened.stream().anyMatch(network -> !isLoopback(network));
  }

  /** Whether {@code localhost} means an address that is open. */
  public boolean opensLoopback() {
    return localhost().findAny().isPresent();
  }

  /** The addresses of {@code localhost} that are open. */
  Stream<AddressBytes> localhost() {
    return LOCALHOST.stream().filter(address -> refusal(address).isEmpty());
  }

  private static boolean isLoopback(Network network) {
    return LOOPBACK_V4.contains(network.first()) && network.prefix() >= LOOPBACK_V4.prefix()
        || LOOPBACK_V6.equals(network);
  }
}
