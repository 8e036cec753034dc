package io.millrace.worker.network;

import io.millrace.outbound.Destination;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a request to the proxy must be, and what of it goes on to its host: one request, whose end
 * no two readers can see at different places (RFC 9112, 6.3), with the URL's own Host and nothing
 * that was meant for the proxy (RFC 9110, 7.6).
 */
final class RequestRules {

  private static final int HTTP = 80;
  private static final Pattern ABSOLUTE =
      Pattern.compile("(?i:http)://(?<authority>[^/?#\\\\@\\s]+)(?<rest>[/?][!-~&&[^#]]*)?");
  private static final Set<String> FOR_THE_PROXY =
      Set.of(
          "connection",
          "host",
          "keep-alive",
          "proxy-authenticate",
          "proxy-authorization",
          "proxy-connection",
          "te",
          "upgrade");

  /** Named in Connection, they would go, and with them what says where the body ends. */
  private static final Set<String> NEVER_DROPPED =
      Set.of("content-length", "transfer-encoding", "host", "trailer");

  /** A request's host, and the target that goes to it; {@code null} for CONNECT. */
  record Target(Destination to, @Nullable String origin) {}

  private RequestRules() {}

  /**
   * Reads whom the request is for.
   *
   * @throws IllegalArgumentException with what is wrong with it
   */
  static Target target(HttpRequest request) {
    if (request.decoderResult().isFailure()) {
      throw new IllegalArgumentException(
          "this one is malformed, or its head is over " + NetworkProxy.MOST_HEAD + " bytes");
    }
    if (!request.protocolVersion().equals(HttpVersion.HTTP_1_1)
        && !request.protocolVersion().equals(HttpVersion.HTTP_1_0)) {
      throw new IllegalArgumentException("this one is not HTTP/1.0 or 1.1");
    }
    checkFraming(request);
    if (request.method().equals(HttpMethod.CONNECT)) {
      return new Target(destination(request.uri(), 0), null);
    }
    Matcher url = ABSOLUTE.matcher(request.uri());
    if (!url.matches()) {
      throw new IllegalArgumentException("this one's target is none of these");
    }
    String rest = url.group("rest");
    String origin = rest == null ? "/" : rest.startsWith("?") ? "/" + rest : rest;
    return new Target(destination(url.group("authority"), HTTP), origin);
  }

  private static Destination destination(String authority, int defaultPort) {
    try {
      return Destination.parse(authority, defaultPort);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("this one's host " + e.getMessage(), e);
    }
  }

  private static void checkFraming(HttpRequest request) {
    HttpHeaders headers = request.headers();
    List<String> lengths = headers.getAll(HttpHeaderNames.CONTENT_LENGTH);
    List<String> codings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
    boolean connect = request.method().equals(HttpMethod.CONNECT);
    boolean old = request.protocolVersion().equals(HttpVersion.HTTP_1_0);
    if (lengths.size() + codings.size() > 1
        || connect && lengths.size() + codings.size() > 0
        || !codings.isEmpty() && (old || !codings.get(0).equalsIgnoreCase("chunked"))
        || lengths.stream().anyMatch(each -> !each.matches("[0-9]{1,18}"))) {
      throw new IllegalArgumentException("this one's body has no plain length");
    }
    if (headers.getAll(HttpHeaderNames.HOST).size() > 1) {
      throw new IllegalArgumentException("this one has more than one Host");
    }
    if (named(request).stream().anyMatch(NEVER_DROPPED::contains)) {
      throw new IllegalArgumentException("this one's Connection names what no proxy may drop");
    }
  }

  /** The request as its host gets it; as the operator's proxy gets it, where there is one. */
  static HttpRequest toHost(HttpRequest request, Target target, @Nullable UpstreamProxy upstream) {
    String authority =
        target.to().port() == HTTP
            ? target.to().toString().substring(0, target.to().toString().lastIndexOf(':'))
            : target.to().toString();
    String uri = upstream == null ? target.origin() : "http://" + authority + target.origin();
    HttpRequest clean =
        new DefaultHttpRequest(request.protocolVersion(), request.method(), String.valueOf(uri));
    clean.headers().set(HttpHeaderNames.HOST, authority);
    copy(request, clean);
    clean.headers().set(HttpHeaderNames.CONNECTION, "close");
    if (upstream != null && upstream.authorization() != null) {
      clean.headers().set(HttpHeaderNames.PROXY_AUTHORIZATION, upstream.authorization());
    }
    return clean;
  }

  /** Takes out of an answer what was meant for the proxy. */
  static void toJob(HttpResponse response) {
    Set<String> dropped = named(response);
    dropped.removeAll(NEVER_DROPPED);
    dropped.forEach(response.headers()::remove);
    FOR_THE_PROXY.forEach(response.headers()::remove);
    response.headers().set(HttpHeaderNames.CONNECTION, "close");
  }

  private static void copy(HttpRequest from, HttpRequest to) {
    Set<String> dropped = named(from);
    from.headers()
        .forEach(
            each -> {
              String name = each.getKey().toLowerCase(Locale.ROOT);
              if (!FOR_THE_PROXY.contains(name) && !dropped.contains(name)) {
                to.headers().add(each.getKey(), each.getValue());
              }
            });
  }

  /** The headers that its Connection names. */
  private static Set<String> named(HttpMessage message) {
    Set<String> named = new HashSet<>();
    for (String value : message.headers().getAll(HttpHeaderNames.CONNECTION)) {
      for (String name : value.split(",")) {
        named.add(name.strip().toLowerCase(Locale.ROOT));
      }
    }
    return named;
  }
}
