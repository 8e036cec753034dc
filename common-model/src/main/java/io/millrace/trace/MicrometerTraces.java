package io.millrace.trace;

import io.micrometer.tracing.Span;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.propagation.Propagator;
import org.jspecify.annotations.Nullable;

/** Spans of whatever tracer Micrometer stands before. */
final class MicrometerTraces implements Traces {

  private final Tracer tracer;
  private final Propagator propagator;

  MicrometerTraces(Tracer tracer, Propagator propagator) {
    this.tracer = tracer;
    this.propagator = propagator;
  }

  @Override
  public Step begin(String name, Kind kind, @Nullable String traceparent) {
    Span.Builder builder = under(traceparent).name(name);
    if (kind != Kind.INNER) {
      builder = builder.kind(Span.Kind.valueOf(kind.name()));
    }
    return new SpanStep(builder.start());
  }

  private Span.Builder under(@Nullable String traceparent) {
    return traceparent == null
        ? tracer.spanBuilder().setNoParent()
        : propagator.extract(
            traceparent, (given, field) -> field.equals(Traceparent.HEADER) ? given : null);
  }

  private record SpanStep(Span span) implements Step {

    @Override
    public Step tag(String name, Object value) {
      span.tag(name, value.toString());
      return this;
    }

    @Override
    public void failed(Throwable cause) {
      span.tag("error", cause.getClass().getSimpleName());
    }

    @Override
    public String traceparent() {
      return Traceparent.of(span.context());
    }

    @Override
    public void close() {
      span.end();
    }
  }
}
