package io.millrace.gateway.request;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.gateway.GatewaySettings;
import io.millrace.gateway.GatewaySettings.Limits;
import io.millrace.gateway.error.ApiError;
import io.millrace.gateway.error.Checked;
import io.millrace.gateway.http.BodyRead;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.util.unit.DataSize;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * Takes a body in: refuses by the head what can be refused unread, then bounds size, memory and the
 * time until the last byte. Thread-safe.
 */
@Component
public final class RequestBodyReader {

  private final Limits limits;
  private final BodyBytes.Budget budget;

  public RequestBodyReader(GatewaySettings settings, MeterRegistry meters) {
    this.limits = settings.gateway();
    this.budget = new BodyBytes.Budget(limits.bodyMemory().toBytes());
    meters.gauge("millrace.bodies.bytes", budget, BodyBytes.Budget::taken);
  }

  /**
   * Hands the whole body, or why there is none, to {@code use}; its bytes count until {@code use}
   * has its result.
   */
  public <R> Mono<R> read(ServerWebExchange exchange, Function<Checked<byte[]>, Mono<R>> use) {
    return read(exchange, limits.maxBody(), use);
  }

  /** The same of a body that may have as many bytes. */
  public <R> Mono<R> read(
      ServerWebExchange exchange, DataSize most, Function<Checked<byte[]>, Mono<R>> use) {
    return refusedByHead(exchange.getRequest().getHeaders(), most.toBytes())
        .map(error -> use.apply(Checked.refused(error)))
        .orElseGet(
            () ->
                Mono.using(
                    () -> new BodyBytes((int) most.toBytes(), budget),
                    body -> collect(exchange, body, most.toBytes()).flatMap(use),
                    BodyBytes::giveBack));
  }

  private static Optional<ApiError> refusedByHead(HttpHeaders head, long most) {
    Optional<String> flaw = MediaTypeRule.flaw(head);
    if (flaw.isPresent()) {
      return flaw.map(ApiError::unsupportedMedia);
    }
    return head.getContentLength() > most ? Optional.of(ApiError.tooLarge(most)) : Optional.empty();
  }

  private Mono<Checked<byte[]>> collect(ServerWebExchange exchange, BodyBytes body, long most) {
    return exchange
        .getRequest()
        .getBody()
        .map(body::take)
        .takeUntil(taken -> taken != BodyBytes.Taken.YES)
        .reduce(BodyBytes.Taken.YES, (before, now) -> now)
        .map(taken -> answer(taken, body, most, exchange))
        .timeout(limits.bodyTimeout())
        .onErrorResume(
            TimeoutException.class,
            late -> Mono.just(Checked.refused(ApiError.bodyTooSlow(limits.bodyTimeout()))));
  }

  private Checked<byte[]> answer(
      BodyBytes.Taken taken, BodyBytes body, long most, ServerWebExchange exchange) {
    if (taken == BodyBytes.Taken.YES) {
      BodyRead.whole(exchange);
    }
    return switch (taken) {
      case YES -> Checked.passed(body.toByteArray());
      case BODY_TOO_LARGE -> Checked.refused(ApiError.tooLarge(most));
      case NO_MEMORY ->
          Checked.refused(ApiError.unavailable("Too many bodies are being read; try again", 1));
    };
  }
}
