package io.millrace.gateway.webhook.api;

import io.millrace.webhook.delivery.Attempt;
import io.millrace.webhook.delivery.DeliveryReport;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Deliveries as JSON. */
final class DeliveryView {

  private static final JsonFactory JSON = new JsonFactory();
  private static final double MILLIS = 1000.0;

  private DeliveryView() {}

  static byte[] of(DeliveryReport report) {
    return written(json -> write(json, report));
  }

  /** A job that asked for no webhook, or that has not ended. */
  static byte[] nothingYet(UUID jobId) {
    return written(
        json -> {
          json.writeStartObject();
          json.writeStringProperty("job_id", jobId.toString());
          json.writeNullProperty("webhook_url");
          json.writeNullProperty("state");
          json.writeNullProperty("next_attempt_at");
          json.writeNumberProperty("attempt_count", 0);
          json.writeArrayPropertyStart("attempts");
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  static byte[] of(List<DeliveryReport> reports) {
    return written(
        json -> {
          json.writeStartObject();
          json.writeArrayPropertyStart("deliveries");
          reports.forEach(report -> write(json, report));
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  private static byte[] written(Consumer<JsonGenerator> content) {
    ByteArrayOutputStream body = new ByteArrayOutputStream(512);
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), body)) {
      content.accept(json);
    }
    return body.toByteArray();
  }

  private static void write(JsonGenerator json, DeliveryReport report) {
    json.writeStartObject();
    json.writeStringProperty("job_id", report.jobId().toString());
    json.writeStringProperty("webhook_url", report.url());
    json.writeStringProperty("state", report.state().wireName());
    json.writeStringProperty("next_attempt_at", time(report.nextAttemptAt()));
    json.writeNumberProperty("attempt_count", report.attemptCount());
    json.writeArrayPropertyStart("attempts");
    report.attempts().forEach(attempt -> write(json, attempt));
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, Attempt attempt) {
    json.writeStartObject();
    json.writeStringProperty("at", time(attempt.at()));
    json.writeNumberProperty("duration", attempt.durationMs() / MILLIS);
    json.writeStringProperty("outcome", attempt.outcome());
    json.writeName("status");
    if (attempt.status() == null) {
      json.writeNull();
    } else {
      json.writeNumber(attempt.status());
    }
    json.writeStringProperty("detail", attempt.detail());
    json.writeEndObject();
  }

  private static @Nullable String time(@Nullable Long millis) {
    return millis == null ? null : Instant.ofEpochMilli(millis).toString();
  }
}
