package io.millrace.outbound;

import io.netty.util.NetUtil;
import java.util.Optional;

/** A range of addresses in CIDR form; {@code prefix} bits of {@code first} are its own. */
public record Network(AddressBytes first, int prefix) {

  private static final int BITS = 8;

  /**
   * Reads {@code 10.0.0.0/8}, {@code fd00::/8} or a single address.
   *
   * @throws IllegalArgumentException when the text is neither
   */
  public static Network parse(String text) {
    int slash = text.indexOf('/');
    String address = slash < 0 ? text : text.substring(0, slash);
    byte[] bytes =
        Optional.ofNullable(NetUtil.createByteArrayFromIpAddressString(address))
            .orElseThrow(() -> notANetwork(text));
    int most = bytes.length * BITS;
    int prefix = slash < 0 ? most : number(text, slash + 1);
    if (prefix > most) {
      throw notANetwork(text);
    }
    return new Network(AddressBytes.of(bytes), prefix);
  }

  /** Whether the address lies in this range; never for one of the other family. */
  public boolean contains(AddressBytes address) {
    return address.sharesPrefix(first, prefix);
  }

  private static int number(String text, int from) {
    String digits = text.substring(from);
    if (!digits.matches("\\d{1,3}")) {
      throw notANetwork(text);
    }
    return Integer.parseInt(digits);
  }

  private static IllegalArgumentException notANetwork(String text) {
    return new IllegalArgumentException(
        "'" + text + "' is not a network such as 10.0.0.0/8 or fd00::/8");
  }
}
