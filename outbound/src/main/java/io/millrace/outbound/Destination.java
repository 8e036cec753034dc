package io.millrace.outbound;

import java.util.Optional;

/**
 * A host and a port that somebody wants to reach, in the one form that is compared. Immutable.
 *
 * @param host a name in lower case without a last dot, or an address in its usual form, without
 *     brackets
 * @param address whether the host is an address, not a name
 * @param port 1 to 65535
 */
public record Destination(String host, boolean address, int port) {

  private static final int HIGHEST_PORT = 65_535;
  private static final int MOST_PORT_DIGITS = 5;

  /**
   * Reads {@code host:port}, {@code [address]:port}, or either without a port.
   *
   * @param defaultPort where the text names none; 0: it must name one
   * @throws IllegalArgumentException with a sentence's end that says what is wrong, as "must …"
   */
  public static Destination parse(String authority, int defaultPort) {
    int bracket = authority.startsWith("[") ? authority.indexOf(']') : 0;
    int colon = authority.indexOf(':', Math.max(bracket, 0));
    String host = colon < 0 ? authority : authority.substring(0, colon);
    int port = colon < 0 ? defaultPort : port(authority.substring(colon + 1));
    if (port == 0) {
      throw new IllegalArgumentException("must name a port");
    }
    return host.startsWith("[") ? ofIpv6(host, port) : ofName(host, port);
  }

  /** The text of a port as a number from 1 to 65535. */
  static int port(String digits) {
    boolean plain =
        !digits.isEmpty()
            && digits.length() <= MOST_PORT_DIGITS
            && digits.chars().allMatch(digit -> digit >= '0' && digit <= '9');
    int port = plain ? Integer.parseInt(digits) : 0;
    if (port < 1 || port > HIGHEST_PORT) {
      throw new IllegalArgumentException("must have a port from 1 to " + HIGHEST_PORT);
    }
    return port;
  }

  private static Destination ofIpv6(String bracketed, int port) {
    String literal = bracketed.endsWith("]") ? bracketed.substring(1, bracketed.length() - 1) : "";
    return new Destination(ipv6(literal), true, port);
  }

  /** An IPv6 address in its usual form, without brackets. */
  static String ipv6(String literal) {
    // A zone is not part of the address, and would be dropped in silence.
    boolean plain = literal.indexOf(':') >= 0 && literal.indexOf('%') < 0;
    return (plain ? AddressBytes.parse(literal) : Optional.<AddressBytes>empty())
        .orElseThrow(() -> new IllegalArgumentException("must have an IPv6 address in brackets"))
        .toString();
  }

  private static Destination ofName(String written, int port) {
    String host = HostNames.canonical(written);
    HostNames.malformation(host)
        .ifPresent(
            why -> {
              throw new IllegalArgumentException("must be a host name or an address: " + why);
            });
    boolean number = HostNames.endsInNumber(host);
    if (number && !AddressBytes.isPlainIpv4(host)) {
      throw new IllegalArgumentException(
          "must write an IPv4 address as four plain decimal numbers");
    }
    return new Destination(host, number, port);
  }

  /** Host and port as one text, an IPv6 address in brackets. */
  @Override
  public String toString() {
    return shown(host) + ":" + port;
  }

  static String shown(String host) {
    return host.indexOf(':') < 0 ? host : "[" + host + "]";
  }
}
