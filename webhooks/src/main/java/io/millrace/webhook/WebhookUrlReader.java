package io.millrace.webhook;

import io.millrace.outbound.AddressBytes;
import io.millrace.outbound.HostNames;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Splits a URL by the strictest reading of RFC 3986, but for brackets in path and query, which many
 * receivers use. It is the only parser a webhook's URL ever meets, so none can read another host
 * out of it.
 */
public final class WebhookUrlReader {

  private static final int LONGEST = 2048;
  private static final int HIGHEST_PORT = 65_535;

  private static final Pattern ALLOWED =
      Pattern.compile("(?:[A-Za-z0-9._~:/?#\\[\\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*+");
  private static final Pattern FORM =
      Pattern.compile(
          "(?<scheme>[A-Za-z]+)://(?<authority>[^/?#]*)(?<path>/[^?#]*)?(?<query>\\?[^#]*)?(?:#.*)?");
  private static final Pattern AUTHORITY =
      Pattern.compile(
          "(?:\\[(?<ipv6>(?=[^]]*:)[0-9A-Fa-f:.]+)]|(?<host>[A-Za-z0-9.-]+))(?::(?<port>[1-9][0-9]{0,4}))?");

  private WebhookUrlReader() {}

  public static WebhookUrl read(String url) {
    if (url.length() > LONGEST) {
      return new WebhookUrl.Flaw("is longer than " + LONGEST + " characters");
    }
    if (!ALLOWED.matcher(url).matches()) {
      return new WebhookUrl.Flaw("has characters that a URL must percent-encode");
    }
    Matcher form = FORM.matcher(url);
    if (!form.matches()) {
      return new WebhookUrl.Flaw("must be an absolute http or https URL with a host");
    }
    return switch (form.group("scheme").toLowerCase(Locale.ROOT)) {
      case "https" -> read(true, form);
      case "http" -> read(false, form);
      default -> new WebhookUrl.Flaw("must be an http or https URL");
    };
  }

  private static WebhookUrl read(boolean tls, Matcher form) {
    String authority = form.group("authority");
    if (authority.isEmpty()) {
      return new WebhookUrl.Flaw("must have a host");
    }
    if (authority.indexOf('@') >= 0) {
      return new WebhookUrl.Flaw("must not carry credentials");
    }
    Matcher parts = AUTHORITY.matcher(authority);
    int port = parts.matches() ? port(parts.group("port"), tls) : Integer.MAX_VALUE;
    if (port > HIGHEST_PORT) {
      return new WebhookUrl.Flaw(
          "must have a plain host name or address, and a port from 1 to 65535");
    }
    String ipv6 = parts.group("ipv6");
    String host = ipv6 == null ? HostNames.canonical(parts.group("host")) : ipv6;
    if (HostNames.endsInNumber(host) && !AddressBytes.isPlainIpv4(host)) {
      return new WebhookUrl.Flaw("must write an IPv4 address as four plain decimal numbers");
    }
    return new WebhookTarget(tls, host, ipv6 != null, port, requestTarget(form));
  }

  private static int port(@Nullable String digits, boolean tls) {
    return digits == null ? WebhookTarget.usualPort(tls) : Integer.parseInt(digits);
  }

  private static String requestTarget(Matcher form) {
    String path = form.group("path");
    String query = form.group("query");
    return (path == null ? "/" : path) + (query == null ? "" : query);
  }
}
