package io.millrace.gateway.compat;

import io.millrace.gateway.error.ApiErrors;
import io.millrace.gateway.error.ErrorForm;
import io.millrace.gateway.reply.ExecutionReply;
import java.util.List;
import java.util.Optional;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.ResponseEntity;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * Before keys are looked at: puts a foreign client's key where ours are, and has every refusal on
 * its way told in its own words. Whether the key is good is still said where it always is.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 60)
final class ForeignDoors implements WebFilter {

  private static final String KEY = "x-api-key";

  private final List<ForeignDoor> doors;

  ForeignDoors(List<ForeignDoor> doors) {
    this.doors = List.copyOf(doors);
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
    for (ForeignDoor door : doors) {
      if (door.leadsTo(exchange.getRequest())) {
        return enter(door, exchange, chain);
      }
    }
    return chain.filter(exchange);
  }

  private static Mono<Void> enter(
      ForeignDoor door, ServerWebExchange exchange, WebFilterChain chain) {
    ServerHttpRequest request = exchange.getRequest();
    Optional<ResponseEntity<byte[]>> open = door.open(request);
    if (open.isPresent()) {
      return ApiErrors.write(open.get(), exchange.getResponse());
    }
    ErrorForm form = error -> door.refusal(ExecutionReply.refused(error));
    form.attachTo(exchange);
    Optional<String> key =
        request.getHeaders().containsHeader(KEY)
            ? Optional.empty()
            : door.key(request.getHeaders());
    return chain.filter(
        key.map(given -> exchange.mutate().request(each -> each.header(KEY, given)).build())
            .orElse(exchange));
  }
}
