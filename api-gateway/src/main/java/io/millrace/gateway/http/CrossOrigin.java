package io.millrace.gateway.http;

import io.millrace.gateway.GatewaySettings;
import java.util.List;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.cors.reactive.CorsUtils;
import org.springframework.web.cors.reactive.DefaultCorsProcessor;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * Lets pages of the configured origins use the service from a browser. A preflight has no key, so
 * this comes before keys are looked at; for all other origins, and when none is configured, there
 * is not a word of CORS in any reply.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 50)
final class CrossOrigin implements WebFilter {

  private static final long PREFLIGHT_SECONDS = 3600;

  private final CorsConfiguration allowed = new CorsConfiguration();
  private final DefaultCorsProcessor processor = new DefaultCorsProcessor();

  CrossOrigin(GatewaySettings settings) {
    allowed.setAllowedOrigins(settings.gateway().corsOrigins());
    allowed.setAllowedMethods(List.of("GET", "HEAD", "POST", "DELETE"));
    allowed.setAllowedHeaders(
        List.of(
            "x-api-key",
            "Authorization",
            "Content-Type",
            "Prefer",
            "Idempotency-Key",
            "Last-Event-ID",
            "MCP-Protocol-Version",
            "Mcp-Session-Id",
            "Mcp-Method",
            "Mcp-Name"));
    allowed.setExposedHeaders(
        List.of(
            "X-Job-Id",
            "Mcp-Session-Id",
            "Location",
            "Retry-After",
            "Preference-Applied",
            "RateLimit",
            "RateLimit-Policy"));
    allowed.setMaxAge(PREFLIGHT_SECONDS);
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
    if (allowed.checkOrigin(exchange.getRequest().getHeaders().getOrigin()) == null) {
      return chain.filter(exchange);
    }
    boolean valid = processor.process(allowed, exchange);
    return valid && !CorsUtils.isPreFlightRequest(exchange.getRequest())
        ? chain.filter(exchange)
        : Mono.empty();
  }
}
