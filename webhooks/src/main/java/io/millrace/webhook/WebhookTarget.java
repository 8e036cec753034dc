package io.millrace.webhook;

import java.util.Optional;

/**
 * A webhook URL, taken apart once and for all.
 *
 * @param host a name in lower case without a last dot, or a literal without brackets
 * @param ipv6 whether the host is an IPv6 literal
 * @param requestTarget path and query as they are sent; the fragment never is
 */
public record WebhookTarget(boolean tls, String host, boolean ipv6, int port, String requestTarget)
    implements WebhookUrl {

  private static final int HTTPS = 443;
  private static final int HTTP = 80;

  /** The URL's parts; empty when it does not have the form of a webhook's. */
  public static Optional<WebhookTarget> of(String url) {
    return WebhookUrlReader.read(url) instanceof WebhookTarget target
        ? Optional.of(target)
        : Optional.empty();
  }

  static int usualPort(boolean tls) {
    return tls ? HTTPS : HTTP;
  }

  /** Host and port as one text. */
  public String authority() {
    return shownHost() + ":" + port;
  }

  /** The value of the {@code Host} header: the port only where it isn't the scheme's own. */
  public String hostHeader() {
    return port == usualPort(tls) ? shownHost() : authority();
  }

  private String shownHost() {
    return ipv6 ? "[" + host + "]" : host;
  }
}
