package io.millrace.gateway.webhook;

import io.millrace.gateway.webhook.address.HostNames;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A webhook URL, split once by the strictest reading of RFC 3986, so that no second parser can read
 * another host out of it.
 *
 * @param host a name in lower case without a last dot, or a literal without brackets
 * @param ipv6 whether the host is an IPv6 literal
 * @param requestTarget path and query as they are sent; the fragment never is
 */
public record WebhookTarget(
    boolean tls, String host, boolean ipv6, int port, String requestTarget) {

  private static final int LONGEST = 2048;
  private static final int HTTPS = 443;
  private static final int HTTP = 80;
  private static final int HIGHEST_PORT = 65_535;

  private static final Pattern ALLOWED =
      Pattern.compile("(?:[A-Za-z0-9._~:/?#\\[\\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*");
  private static final Pattern FORM =
      Pattern.compile(
          "(?<scheme>[A-Za-z]+)://(?<authority>[^/?#]*)(?<path>/[^?#]*)?(?<query>\\?[^#]*)?(?:#.*)?");
  private static final Pattern AUTHORITY =
      Pattern.compile(
          "(?:\\[(?<ipv6>[0-9A-Fa-f:.]+)\\]|(?<host>[A-Za-z0-9.-]+))(?::(?<port>[1-9][0-9]{0,4}))?");

  /** The URL does not have the form of a webhook's; the message is a sentence for its sender. */
  static final class MalformedUrlException extends Exception {

    private static final long serialVersionUID = 1L;

    MalformedUrlException(String message) {
      super(message);
    }
  }

  static WebhookTarget parse(String url) throws MalformedUrlException {
    require(url.length() <= LONGEST, "is longer than " + LONGEST + " characters");
    require(
        ALLOWED.matcher(url).matches(), "has characters that a URL must percent-encode");
    Matcher form = FORM.matcher(url);
    require(form.matches(), "must be an absolute http or https URL with a host");
    String scheme = form.group("scheme").toLowerCase(Locale.ROOT);
    require(scheme.equals("https") || scheme.equals("http"), "must be an http or https URL");
    return of(scheme.equals("https"), form);
  }

  private static WebhookTarget of(boolean tls, Matcher form) throws MalformedUrlException {
    String authority = form.group("authority");
    require(!authority.isEmpty(), "must have a host");
    require(authority.indexOf('@') < 0, "must not carry credentials");
    Matcher parts = AUTHORITY.matcher(authority);
    require(parts.matches(), "must have a plain host name or address, and a port from 1 to 65535");
    int port = port(parts.group("port"), tls);
    require(port <= HIGHEST_PORT, "must have a port from 1 to 65535");
    String ipv6 = parts.group("ipv6");
    String host = ipv6 == null ? HostNames.canonical(parts.group("host")) : ipv6;
    return new WebhookTarget(tls, host, ipv6 != null, port, requestTarget(form));
  }

  /** Host and port as one text: what is counted as one receiver. */
  String authority() {
    return hostHeader(port);
  }

  /** The value of the {@code Host} header: the port only where it isn't the scheme's own. */
  String hostHeader() {
    return hostHeader(port == (tls ? HTTPS : HTTP) ? 0 : port);
  }

  private String hostHeader(int shownPort) {
    String shown = ipv6 ? "[" + host + "]" : host;
    return shownPort == 0 ? shown : shown + ":" + shownPort;
  }

  private static String requestTarget(Matcher form) {
    String path = form.group("path");
    String query = form.group("query");
    return (path == null ? "/" : path) + (query == null ? "" : query);
  }

  private static int port(String digits, boolean tls) {
    if (digits == null) {
      return tls ? HTTPS : HTTP;
    }
    return Integer.parseInt(digits);
  }

  private static void require(boolean good, String otherwise) throws MalformedUrlException {
    if (!good) {
      throw new MalformedUrlException(otherwise);
    }
  }
}
