package io.millrace.gateway.job;

import io.millrace.store.JobArchive;
import io.millrace.store.JobStatus;
import io.millrace.store.ListedJob;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** A job as JSON; its reply is put in as it was minted. */
final class JobView {

  private static final JsonFactory JSON = new JsonFactory();

  private JobView() {}

  static byte[] of(JobStatus job) {
    return written(
        json -> {
          json.writeStartObject();
          writeHead(json, job);
          json.writeName("reply");
          String reply = job.replyText();
          if (reply == null) {
            json.writeNull();
          } else {
            json.writeRawValue(reply);
          }
          json.writeEndObject();
        });
  }

  /** Jobs in short: without their replies, and with where their webhooks go. */
  static byte[] listOf(JobArchive.Page page) {
    return written(
        json -> {
          json.writeStartObject();
          json.writeArrayPropertyStart("jobs");
          page.jobs().forEach(job -> writeShort(json, job));
          json.writeEndArray();
          json.writeStringProperty(
              "next_cursor", page.next() == null ? null : Cursor.text(page.next()));
          json.writeEndObject();
        });
  }

  private static void writeShort(JsonGenerator json, ListedJob listed) {
    JobStatus job = listed.job();
    json.writeStartObject();
    writeHead(json, job);
    json.writeName("duration");
    if (job.startedAt() == null || job.finishedAt() == null) {
      json.writeNull();
    } else {
      json.writeNumber(BigDecimal.valueOf((job.finishedAt() - job.startedAt()) / 1000, 3));
    }
    json.writeStringProperty("reason", listed.reason());
    json.writeStringProperty("webhook_url", job.webhookUrl());
    json.writeName("webhook");
    if (job.webhookUrl() == null) {
      json.writeNull();
    } else {
      json.writeStartObject();
      json.writeStringProperty("state", listed.webhookState());
      json.writeEndObject();
    }
    json.writeEndObject();
  }

  private static void writeHead(JsonGenerator json, JobStatus job) {
    json.writeStringProperty("job_id", job.jobId().toString());
    json.writeStringProperty("id", job.id());
    json.writeStringProperty("state", job.state().wireName());
    json.writeStringProperty("accepted_at", time(job.acceptedAt()));
    json.writeStringProperty("started_at", time(job.startedAt()));
    json.writeStringProperty("finished_at", time(job.finishedAt()));
    json.writeNumberProperty("attempt", job.attempt());
  }

  private static byte[] written(Consumer<JsonGenerator> content) {
    ByteArrayOutputStream body = new ByteArrayOutputStream(512);
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), body)) {
      content.accept(json);
    }
    return body.toByteArray();
  }

  private static @Nullable String time(@Nullable Long micros) {
    return micros == null ? null : Instant.EPOCH.plus(micros, ChronoUnit.MICROS).toString();
  }
}
