package io.millrace.observability;

import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A span as it was sent; ids in hexadecimal, {@code parent} empty where it has none. */
record ReceivedSpan(
    String service,
    String name,
    String traceId,
    String spanId,
    String parent,
    Map<String, String> tags) {

  static List<ReceivedSpan> of(ResourceSpans role) {
    String service = tags(role.getResource().getAttributesList()).getOrDefault("service.name", "");
    return role.getScopeSpansList().stream()
        .flatMap(scope -> scope.getSpansList().stream())
        .map(span -> of(service, span))
        .toList();
  }

  private static ReceivedSpan of(String service, Span span) {
    return new ReceivedSpan(
        service,
        span.getName(),
        hex(span.getTraceId().asReadOnlyByteBuffer()),
        hex(span.getSpanId().asReadOnlyByteBuffer()),
        hex(span.getParentSpanId().asReadOnlyByteBuffer()),
        tags(span.getAttributesList()));
  }

  private static Map<String, String> tags(List<KeyValue> tags) {
    return tags.stream()
        .collect(
            Collectors.toMap(
                KeyValue::getKey,
                each ->
                    each.getValue().hasStringValue()
                        ? each.getValue().getStringValue()
                        : each.getValue().toString(),
                (first, second) -> second));
  }

  private static String hex(ByteBuffer bytes) {
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    return HexFormat.of().formatHex(copy);
  }
}
