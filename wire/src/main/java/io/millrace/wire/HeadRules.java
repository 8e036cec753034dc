package io.millrace.wire;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** What makes a request head unfit: each is a way in which two parsers could disagree about it. */
final class HeadRules {

  private static final Pattern HOST =
      Pattern.compile("[A-Za-z0-9._~!$&'()*+,;=%-]+(:\\d{0,5})?|\\[[0-9A-Fa-f:.]+](:\\d{0,5})?");
  private static final String PCHAR = "(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})";
  private static final Pattern TARGET =
      Pattern.compile(
          "(?:https?://[A-Za-z0-9.:\\[\\]-]++(?![^/?]))?(?:/(?:/|"
              + PCHAR
              + ")*+)?(?:\\?(?:[/?]|"
              + PCHAR
              + ")*+)?");
  private static final Pattern DIGITS = Pattern.compile("\\d{1,19}");

  private HeadRules() {}

  /** The status to refuse this head with; empty when it is fit. */
  static Optional<HttpResponseStatus> flaw(HttpRequest request) {
    if (request.decoderResult().isFailure()) {
      return Optional.of(undecodable(request.decoderResult().cause()));
    }
    HttpHeaders head = request.headers();
    boolean fit =
        isVersionKnown(request)
            && (request.uri().startsWith("/") || request.uri().startsWith("http"))
            && TARGET.matcher(request.uri()).matches()
            && isHostClear(request)
            && isLengthClear(request, head);
    return fit ? Optional.empty() : Optional.of(HttpResponseStatus.BAD_REQUEST);
  }

  /** The status for a body that the codec could not read: its lines are no request's. */
  static HttpResponseStatus undecodableBody(Throwable cause) {
    return cause instanceof TooLongHttpLineException
        ? HttpResponseStatus.BAD_REQUEST
        : undecodable(cause);
  }

  /** The status for a head that the codec could not read. */
  static HttpResponseStatus undecodable(Throwable cause) {
    if (cause instanceof TooLongHttpLineException) {
      return HttpResponseStatus.REQUEST_URI_TOO_LONG;
    }
    return cause instanceof TooLongHttpHeaderException
        ? HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
        : HttpResponseStatus.BAD_REQUEST;
  }

  /**
   * The codec keeps one object for each version in its exact spelling, and takes all others too.
   */
  @SuppressWarnings("ReferenceEquality")
  private static boolean isVersionKnown(HttpRequest request) {
    return request.protocolVersion() == HttpVersion.HTTP_1_1
        || request.protocolVersion() == HttpVersion.HTTP_1_0;
  }

  private static boolean isHostClear(HttpRequest request) {
    List<String> hosts = request.headers().getAll(HttpHeaderNames.HOST);
    boolean mayLack = request.protocolVersion().equals(HttpVersion.HTTP_1_0);
    return hosts.isEmpty()
        ? mayLack
        : hosts.size() == 1 && HOST.matcher(hosts.get(0).trim()).matches();
  }

  private static boolean isLengthClear(HttpRequest request, HttpHeaders head) {
    List<String> codings = head.getAll(HttpHeaderNames.TRANSFER_ENCODING);
    List<String> lengths = head.getAll(HttpHeaderNames.CONTENT_LENGTH);
    if (codings.isEmpty()) {
      return lengths.isEmpty()
          || (lengths.size() == 1 && DIGITS.matcher(lengths.get(0).trim()).matches());
    }
    return lengths.isEmpty()
        && codings.size() == 1
        && codings.get(0).trim().equalsIgnoreCase("chunked")
        && request.protocolVersion().equals(HttpVersion.HTTP_1_1);
  }
}
