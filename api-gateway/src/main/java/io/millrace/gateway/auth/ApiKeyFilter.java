package io.millrace.gateway.auth;

import io.millrace.gateway.error.ApiError;
import io.millrace.gateway.error.ApiErrors;
import java.util.List;
import java.util.Optional;
import org.springframework.context.ApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * Lets a request pass that has exactly one key, a live one; all others get the same bytes. OPTIONS
 * needs none: it says which methods there are, as the documentation does, and a browser's preflight
 * can have none.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 100)
final class ApiKeyFilter implements WebFilter {

  private static final String HEADER = "x-api-key";
  private static final String TOOLS = "/mcp";
  private static final String BEARER = "Bearer ";

  private final ApplicationContext gateway;
  private final ApiKeys keys;
  private final ApiErrors errors;

  ApiKeyFilter(ApplicationContext gateway, ApiKeys keys, ApiErrors errors) {
    this.gateway = gateway;
    this.keys = keys;
    this.errors = errors;
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
    Optional<Caller> caller = caller(exchange.getRequest());
    caller.ifPresent(known -> known.attachTo(exchange));
    return caller.isPresent()
            || exchange.getRequest().getMethod() == HttpMethod.OPTIONS
            || PublicPages.contain(exchange.getRequest())
            || isManagement(exchange)
        ? chain.filter(exchange)
        : errors.write(ApiError.unauthorized(), exchange);
  }

  /** Health and metrics have a port, and with it a context, of their own. */
  private boolean isManagement(ServerWebExchange exchange) {
    return exchange.getApplicationContext() != gateway;
  }

  private Optional<Caller> caller(ServerHttpRequest request) {
    List<String> given = request.getHeaders().getOrEmpty(HEADER);
    if (given.isEmpty() && request.getURI().getRawPath().equals(TOOLS)) {
      return bearer(request.getHeaders().getOrEmpty(HttpHeaders.AUTHORIZATION));
    }
    return given.size() == 1 ? keys.find(given.get(0)) : Optional.empty();
  }

  /** The only header that clients of tool servers know to send. */
  private Optional<Caller> bearer(List<String> given) {
    return given.size() == 1 && given.get(0).startsWith(BEARER)
        ? keys.find(given.get(0).substring(BEARER.length()).trim())
        : Optional.empty();
  }
}
