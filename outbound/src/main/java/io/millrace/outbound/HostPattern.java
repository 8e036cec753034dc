package io.millrace.outbound;

import java.net.IDN;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Hosts that a job may reach: {@code api.github.com}, {@code *.example.com} (every name below it,
 * not itself), an address; each with {@code :port}, or by ports 80 and 443. Immutable.
 *
 * @param host a name in lower case and ASCII without a last dot, or an address without brackets
 * @param below whether the names below the host are meant, in place of itself
 * @param port 0 for 80 and 443
 */
public record HostPattern(String host, boolean below, int port) {

  private static final int LONGEST = 300;
  private static final int HTTP = 80;
  private static final int HTTPS = 443;
  private static final String BELOW = "*.";

  /** Encodings of names differ on these: IDNA 2003 maps them to others, IDNA 2008 keeps them. */
  private static final Pattern AMBIGUOUS = Pattern.compile("[\u00df\u03c2\u200c\u200d]");

  /**
   * Reads a pattern.
   *
   * @throws IllegalArgumentException with a sentence that names the text and says what it must be
   */
  public static HostPattern parse(String text) {
    String written = text.strip();
    try {
      return read(written);
    } catch (IllegalArgumentException e) {
      String shown = written.length() > LONGEST ? written.substring(0, LONGEST) + "..." : written;
      throw new IllegalArgumentException("'" + shown + "' " + e.getMessage(), e);
    }
  }

  /** What is wrong with a pattern, as "must …"; empty when it is one. */
  public static Optional<String> flaw(String text) {
    try {
      read(text.strip());
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private static HostPattern read(String written) {
    if (written.isEmpty() || written.length() > LONGEST) {
      throw new IllegalArgumentException("must have 1 to " + LONGEST + " characters");
    }
    if (written.contains("/") || written.contains("@")) {
      throw new IllegalArgumentException(
          "must be a host such as api.github.com, *.example.com or host:8443, and no URL");
    }
    if (written.indexOf(':') != written.lastIndexOf(':') && !written.startsWith("[")) {
      return new HostPattern(Destination.ipv6(written), false, 0);
    }
    boolean below = written.startsWith(BELOW);
    String host = ascii(below ? written.substring(BELOW.length()) : written);
    if (host.indexOf('*') >= 0) {
      throw new IllegalArgumentException(
          "must have its * as a whole first part before a name, as in *.example.com");
    }
    boolean named = host.lastIndexOf(':') > host.lastIndexOf(']');
    Destination read = Destination.parse(host, HTTP);
    if (below && read.address()) {
      throw new IllegalArgumentException("must not have a * before an address");
    }
    return new HostPattern(read.host(), below, named ? read.port() : 0);
  }

  private static String ascii(String host) {
    if (host.chars().allMatch(each -> each < 0x80)) {
      return host;
    }
    if (AMBIGUOUS.matcher(host).find()) {
      throw new IllegalArgumentException(
          "has a letter that encodings of names differ on: write the name as it is in DNS, xn--...");
    }
    int colon = host.lastIndexOf(':');
    String port = colon < 0 ? "" : host.substring(colon);
    String name = colon < 0 ? host : host.substring(0, colon);
    try {
      return IDN.toASCII(name, IDN.USE_STD3_ASCII_RULES).toLowerCase(Locale.ROOT) + port;
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new IllegalArgumentException("must be a name that DNS can have", e);
    }
  }

  /** Whether this host is meant at this port. */
  boolean allows(Destination wanted) {
    return hasPort(wanted.port()) && hasHost(wanted.host(), wanted.address());
  }

  /** Whether all hosts of another pattern are meant at this port. */
  boolean covers(HostPattern other, int atPort) {
    if (!hasPort(atPort)) {
      return false;
    }
    return other.below()
        ? below && (other.host.equals(host) || other.host.endsWith("." + host))
        : hasHost(other.host, HostNames.endsInNumber(other.host) || other.host.indexOf(':') >= 0);
  }

  private boolean hasHost(String name, boolean address) {
    return below ? !address && name.endsWith("." + host) : name.equals(host);
  }

  private boolean hasPort(int wanted) {
    return port == 0 ? wanted == HTTP || wanted == HTTPS : wanted == port;
  }

  int[] ports() {
    return port == 0 ? new int[] {HTTP, HTTPS} : new int[] {port};
  }

  /** The pattern in its one form; read again, it is the same. */
  @Override
  public String toString() {
    return (below ? BELOW : "") + Destination.shown(host) + (port == 0 ? "" : ":" + port);
  }
}
