package io.millrace.outbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressPolicyTest {

  private final AddressPolicy publicOnly = new AddressPolicy(List.of());

  /** First and last address of each special range, then the neighbours that must stay open. */
  @ParameterizedTest
  @CsvSource({
    "0.0.0.0, 0.255.255.255, , 1.0.0.0",
    "10.0.0.0, 10.255.255.255, 9.255.255.255, 11.0.0.0",
    "100.64.0.0, 100.127.255.255, 100.63.255.255, 100.128.0.0",
    "127.0.0.0, 127.255.255.255, 126.255.255.255, 128.0.0.0",
    "168.63.129.16, 168.63.129.16, 168.63.129.15, 168.63.129.17",
    "169.254.0.0, 169.254.255.255, 169.253.255.255, 169.255.0.0",
    "172.16.0.0, 172.31.255.255, 172.15.255.255, 172.32.0.0",
    "192.0.0.0, 192.0.0.255, 191.255.255.255, 192.0.1.0",
    "192.0.2.0, 192.0.2.255, 192.0.1.255, 192.0.3.0",
    "192.31.196.0, 192.31.196.255, 192.31.195.255, 192.31.197.0",
    "192.52.193.0, 192.52.193.255, 192.52.192.255, 192.52.194.0",
    "192.88.99.0, 192.88.99.255, 192.88.98.255, 192.88.100.0",
    "192.168.0.0, 192.168.255.255, 192.167.255.255, 192.169.0.0",
    "192.175.48.0, 192.175.48.255, 192.175.47.255, 192.175.49.0",
    "198.18.0.0, 198.19.255.255, 198.17.255.255, 198.20.0.0",
    "198.51.100.0, 198.51.100.255, 198.51.99.255, 198.51.101.0",
    "203.0.113.0, 203.0.113.255, 203.0.112.255, 203.0.114.0",
    "224.0.0.0, 239.255.255.255, 223.255.255.255, ",
    "240.0.0.0, 255.255.255.255, , ",
    "2001::, 2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff, 2000:ffff::1, 2001:200::",
    "2001:db8::, 2001:db8:ffff:ffff::, 2001:db7:ffff::, 2001:db9::",
    "2002::, 2002:ffff::1, 2001:ffff::, 2003::",
    "2620:4f:8000::, 2620:4f:8000:ffff::, 2620:4f:7fff::, 2620:4f:8001::",
    "3fff::, 3fff:fff:ffff::, 3ffd::, 3fff:1000::",
    "fc00::, fdff:ffff::1, , ",
    "fe80::, febf::1, , ",
    "fec0::, feff::1, , ",
    "ff00::, ffff::1, , ",
    "64:ff9b::, 64:ff9b::ffff:ffff, , ",
    "64:ff9b:1::, 64:ff9b:1:ffff::1, , ",
    "100::, 100::ffff, , ",
    "5f00::, 5f00:ffff::1, , ",
    "::, ::ffff:ffff:ffff, , ",
    "4000::, fbff::1, 3fff:1000::1, ",
  })
  void aSpecialRangeIsShutToItsEdgesAndItsNeighboursAreOpen(
      String first, String last, String below, String above) {
    assertThat(isOpen(first)).as(first).isFalse();
    assertThat(isOpen(last)).as(last).isFalse();
    Stream.of(below, above)
        .filter(neighbour -> neighbour != null)
        .forEach(neighbour -> assertThat(isOpen(neighbour)).as(neighbour).isTrue());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "::ffff:8.8.8.8",
        "64:ff9b::808:808",
        "2002:808:808::",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2"
      })
  void anAddressThatWrapsAPublicOneIsShutAllTheSame(String address) {
    assertThat(isOpen(address)).isFalse();
  }

  @Test
  void anOpenedNetworkIsOpenAndNothingBesideIt() {
    AddressPolicy policy =
        new AddressPolicy(List.of(Network.parse("10.1.0.0/16"), Network.parse("fd00:1::/32")));

    assertThat(policy.refusal(address("10.1.2.3"))).isEmpty();
    assertThat(policy.refusal(address("fd00:1::5"))).isEmpty();
    assertThat(policy.refusal(address("10.2.0.0"))).isPresent();
    assertThat(policy.refusal(address("fd00:2::"))).isPresent();
  }

  @Test
  void prefixesNeedNotEndAtAByte() {
    Network network = Network.parse("172.16.0.0/12");

    assertThat(network.contains(address("172.31.0.1"))).isTrue();
    assertThat(network.contains(address("172.32.0.1"))).isFalse();
    assertThat(network.contains(address("::ac10:1"))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "10.0.0.0/33", "10.0.0.0/", "10.0.0/8", "fd00::/129", "x", "10.0.0.0/-1"})
  void whatIsNoNetworkIsRefused(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> Network.parse(text));
  }

  private boolean isOpen(String literal) {
    return publicOnly.refusal(address(literal)).isEmpty();
  }

  private static AddressBytes address(String literal) {
    return AddressBytes.parse(literal).orElseThrow();
  }
}
