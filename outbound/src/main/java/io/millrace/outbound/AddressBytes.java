package io.millrace.outbound;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Optional;

/**
 * An address as the bytes that go over the wire: 4 or 16. The JDK's own type folds IPv4-mapped
 * addresses into IPv4 while it reads them, and so hides what was written.
 */
public final class AddressBytes {

  private static final int BITS = 8;

  private final byte[] bytes;

  private AddressBytes(byte[] bytes) {
    this.bytes = bytes;
  }

  static AddressBytes of(byte[] bytes) {
    return new AddressBytes(bytes.clone());
  }

  /** The address that a socket would be opened to. */
  public static AddressBytes of(InetAddress address) {
    return new AddressBytes(address.getAddress());
  }

  /** Reads a literal, without brackets; empty when it is none. Never asks a resolver. */
  public static Optional<AddressBytes> parse(String literal) {
    return Optional.ofNullable(NetUtil.createByteArrayFromIpAddressString(literal))
        .map(AddressBytes::new);
  }

  /** Whether this is the one way to write an IPv4 address: parsers differ on all others. */
  public static boolean isPlainIpv4(String literal) {
    return parse(literal).filter(address -> address.toString().equals(literal)).isPresent();
  }

  /** The address to open a socket to, with the name that TLS is to verify. */
  InetAddress named(String host) {
    try {
      return InetAddress.getByAddress(host, bytes);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address of no length", e);
    }
  }

  boolean sharesPrefix(AddressBytes other, int bits) {
    if (bytes.length != other.bytes.length) {
      return false;
    }
    int whole = bits / BITS;
    int rest = bits % BITS;
    if (!Arrays.equals(bytes, 0, whole, other.bytes, 0, whole)) {
      return false;
    }
    int mask = 0xff << (BITS - rest) & 0xff;
    return rest == 0 || (bytes[whole] & mask) == (other.bytes[whole] & mask);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof AddressBytes that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** The address in its usual form. */
  @Override
  public String toString() {
    return NetUtil.bytesToIpAddress(bytes);
  }
}
