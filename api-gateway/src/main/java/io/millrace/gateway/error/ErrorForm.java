package io.millrace.gateway.error;

import java.util.Optional;
import org.springframework.http.ResponseEntity;
import org.springframework.web.server.ServerWebExchange;

/** Other words for a refusal, for the clients of another system. */
@FunctionalInterface
public interface ErrorForm {

  /** The refusal as that system would put it. */
  ResponseEntity<byte[]> answer(ApiError error);

  /** Has the refusals of this request put so, wherever on its way. */
  default void attachTo(ServerWebExchange exchange) {
    exchange.getAttributes().put(ErrorForm.class.getName(), this);
  }

  /** Empty for a request of our own API. */
  static Optional<ErrorForm> of(ServerWebExchange exchange) {
    return Optional.ofNullable(exchange.getAttribute(ErrorForm.class.getName()));
  }
}
