package io.millrace.gateway.http;

import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * What every reply says: to browsers, that it is what it says it is and for nobody else to embed or
 * keep; to a sender whose body was not read, that the connection ends here.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
final class ResponseHead implements WebFilter {

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
    exchange.getResponse().beforeCommit(() -> Mono.fromRunnable(() -> complete(exchange)));
    return chain.filter(exchange);
  }

  private static void complete(ServerWebExchange exchange) {
    HttpHeaders head = exchange.getResponse().getHeaders();
    putIfAbsent(head, "X-Content-Type-Options", "nosniff");
    putIfAbsent(head, "X-Frame-Options", "DENY");
    putIfAbsent(head, "Referrer-Policy", "no-referrer");
    putIfAbsent(head, "Cache-Control", "no-store");
    putIfAbsent(head, "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
    if (BodyRead.isOwed(exchange)) {
      head.set(HttpHeaders.CONNECTION, "close");
    }
  }

  private static void putIfAbsent(HttpHeaders head, String name, String value) {
    if (!head.containsHeader(name)) {
      head.set(name, value);
    }
  }
}
