package io.millrace.trace;

import io.micrometer.tracing.TraceContext;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The W3C trace context as text. */
public final class Traceparent {

  /** The header's name, in HTTP and in Kafka. */
  public static final String HEADER = "traceparent";

  private static final Pattern FORM =
      Pattern.compile("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");

  private Traceparent() {}

  /** What was given, if it has the form of one; else null. */
  public static @Nullable String valid(@Nullable String given) {
    return given != null && FORM.matcher(given).matches() ? given : null;
  }

  /** That of a span. */
  public static String of(TraceContext context) {
    return "00-"
        + context.traceId()
        + "-"
        + context.spanId()
        + (Boolean.TRUE.equals(context.sampled()) ? "-01" : "-00");
  }
}
