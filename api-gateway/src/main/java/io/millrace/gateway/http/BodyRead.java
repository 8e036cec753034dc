package io.millrace.gateway.http;

import org.springframework.http.HttpHeaders;
import org.springframework.web.server.ServerWebExchange;

/** Whether a request's body was read to its end. */
public final class BodyRead {

  private static final String ATTRIBUTE = BodyRead.class.getName();

  private BodyRead() {}

  /** Notes that the whole body has been read. */
  public static void whole(ServerWebExchange exchange) {
    exchange.getAttributes().put(ATTRIBUTE, true);
  }

  /** Whether the request announced a body that is still on its way. */
  static boolean isOwed(ServerWebExchange exchange) {
    HttpHeaders head = exchange.getRequest().getHeaders();
    boolean announced =
        head.getContentLength() > 0 || head.containsHeader(HttpHeaders.TRANSFER_ENCODING);
    return announced && exchange.getAttribute(ATTRIBUTE) == null;
  }
}
