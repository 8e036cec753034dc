package io.millrace.gateway.submit;

import io.micrometer.tracing.Span;
import io.micrometer.tracing.handler.TracingObservationHandler.TracingContext;
import io.millrace.trace.Traceparent;
import io.millrace.trace.Traces;
import org.jspecify.annotations.Nullable;
import org.springframework.http.server.reactive.observation.ServerRequestObservationContext;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;

/**
 * The trace that a request's job belongs to: under the request's own span while traces are taken,
 * which Boot has put under what the caller sent; else what the caller sent, untouched.
 */
@Component
final class RequestTrace {

  private final Traces traces;

  RequestTrace(Traces traces) {
    this.traces = traces;
  }

  /** The W3C context, or null when there is none. */
  @Nullable String of(ServerWebExchange exchange) {
    return traces == Traces.OFF
        ? Traceparent.valid(exchange.getRequest().getHeaders().getFirst(Traceparent.HEADER))
        : ServerRequestObservationContext.findCurrent(exchange.getAttributes())
            .map(observed -> observed.<TracingContext>get(TracingContext.class))
            .map(TracingContext::getSpan)
            .map(Span::context)
            .map(Traceparent::of)
            .orElse(null);
  }
}
