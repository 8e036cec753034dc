package io.millrace.gateway.error;

import io.micrometer.core.instrument.MeterRegistry;
import java.io.ByteArrayOutputStream;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Puts every refusal without a job on the wire, and counts it. Thread-safe. */
@Component
public final class ApiErrors {

  private static final JsonFactory JSON = new JsonFactory();

  private final MeterRegistry meters;

  public ApiErrors(MeterRegistry meters) {
    this.meters = meters;
    // There from the start, so that a rate sees the first of them.
    count(429, "queue_full", 0);
    count(429, "key_limit", 0);
    count(503, "unavailable", 0);
    count(500, "internal", 0);
  }

  /** The answer of a controller. */
  public ResponseEntity<byte[]> answer(ApiError error) {
    count(error);
    ResponseEntity.BodyBuilder answer =
        ResponseEntity.status(error.status()).contentType(MediaType.APPLICATION_JSON);
    error.headers().forEach(answer::header);
    return answer.body(body(error));
  }

  /**
   * The answer of a filter, or where no controller answered; in other words where those are due.
   */
  public Mono<Void> write(ApiError error, ServerWebExchange exchange) {
    return ErrorForm.of(exchange)
        .map(
            form -> {
              count(error);
              return write(form.answer(error), exchange.getResponse());
            })
        .orElseGet(() -> write(error, exchange.getResponse()));
  }

  /** The answer where there is no controller to give it. */
  public Mono<Void> write(ApiError error, ServerHttpResponse response) {
    return write(answer(error), response);
  }

  /** Puts an answer on the wire that is whole. */
  public static Mono<Void> write(ResponseEntity<byte[]> answer, ServerHttpResponse response) {
    byte[] body = Objects.requireNonNullElse(answer.getBody(), new byte[0]);
    response.setStatusCode(answer.getStatusCode());
    response.getHeaders().putAll(answer.getHeaders());
    response.getHeaders().setContentLength(body.length);
    return response.writeWith(Mono.fromSupplier(() -> response.bufferFactory().wrap(body)));
  }

  /** Counts a refusal that is put on the wire elsewhere. */
  public void count(ApiError error) {
    count(error.status(), error.reason(), 1);
  }

  private void count(int status, String reason, int times) {
    meters
        .counter("millrace.refusals", "status", Integer.toString(status), "reason", reason)
        .increment(times);
  }

  /** The error as JSON in wire order. */
  public static byte[] body(ApiError error) {
    ByteArrayOutputStream body = new ByteArrayOutputStream(256);
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), body)) {
      json.writeStartObject();
      json.writeStringProperty("error", error.error());
      json.writeStringProperty("reason", error.reason());
      json.writeNumberProperty("code", error.status());
      json.writeStringProperty("message", error.message());
      for (Map.Entry<String, @Nullable Object> field : error.fields().entrySet()) {
        json.writeName(field.getKey());
        write(json, field.getValue());
      }
      json.writeEndObject();
    }
    return body.toByteArray();
  }

  private static void write(JsonGenerator json, @Nullable Object value) {
    if (value instanceof Double number) {
      json.writeNumber(number);
    } else if (value instanceof Number number) {
      json.writeNumber(number.longValue());
    } else {
      json.writeString((String) value);
    }
  }
}
