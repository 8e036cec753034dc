package io.millrace.gateway.job;

import io.millrace.job.ExecutionRequest;
import io.millrace.job.Job;
import io.millrace.job.WideInputs;
import io.millrace.queue.BatchLog;
import io.millrace.queue.JobCodec;
import io.millrace.queue.JobRecord;
import io.millrace.queue.Lane;
import io.millrace.queue.RecordPointer;
import io.millrace.queue.RecordReader;
import io.millrace.queue.UnreadableRecordException;
import io.millrace.store.JobStatus;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Component;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * A job's request as it was accepted, from the queue's log: there while the job waits or runs and,
 * as a rule, for as long as its result. Thread-safe; blocks for Kafka's answers.
 */
@Component
final class AcceptedRequest {

  /** How far the clocks of Redis and of the broker are apart, as a rule and at most. */
  private static final Duration[] CLOCK_SKEWS = {Duration.ofSeconds(2), Duration.ofMinutes(1)};

  /** A record comes this much later than its job at most: the producer's patience, and some. */
  private static final Duration SENT_WITHIN = Duration.ofSeconds(10);

  private static final JsonFactory JSON = new JsonFactory();

  private final RecordReader records;
  private final BatchLog batches;

  AcceptedRequest(RecordReader records, BatchLog batches) {
    this.records = records;
    this.batches = batches;
  }

  /**
   * The request as JSON, in the form in which it was sent; empty when the log has let go of it.
   *
   * @throws io.millrace.queue.LogAwayException when Kafka does not answer
   */
  Optional<byte[]> of(JobStatus job) {
    RecordPointer record = job.record();
    Optional<Job> found =
        record == null
            ? Optional.empty()
            : records
                .read(new JobRecord(job.jobId(), record))
                .flatMap(bytes -> decoded(bytes, job.jobId()));
    return found.or(() -> search(job)).flatMap(batches::whole).map(each -> json(each.request()));
  }

  /** No worker has seen it, so that nobody knows its address; but when it was accepted. */
  private Optional<Job> search(JobStatus job) {
    Long accepted = job.acceptedAt();
    if (accepted == null) {
      return Optional.empty();
    }
    for (Duration skew : CLOCK_SKEWS) {
      for (Lane lane : Lane.values()) {
        long since = accepted / 1000 - skew.toMillis();
        long until = accepted / 1000 + skew.plus(SENT_WITHIN).toMillis();
        Optional<Job> found =
            records.find(lane, since, until, bytes -> decoded(bytes, job.jobId()));
        if (found.isPresent()) {
          return found;
        }
      }
    }
    return Optional.empty();
  }

  /** The job of these bytes, if it is this one: an offset may be used again. */
  private static Optional<Job> decoded(byte[] bytes, UUID jobId) {
    try {
      return Optional.of(JobCodec.decodeJob(bytes)).filter(job -> job.jobId().equals(jobId));
    } catch (UnreadableRecordException e) {
      return Optional.empty();
    }
  }

  static byte[] json(ExecutionRequest request) {
    ByteArrayOutputStream body = new ByteArrayOutputStream(request.code().length() + 128);
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), body)) {
      json.writeStartObject();
      json.writeStringProperty("code", request.code());
      json.writeNumberProperty("timeout", request.timeout());
      if (request.webhookUrl() != null) {
        json.writeStringProperty("webhook_url", request.webhookUrl());
      }
      if (request.id() != null) {
        json.writeStringProperty("id", request.id());
      }
      if (request.wide() != null) {
        write(json, request.wide());
        writeAll(json, "dependencies", request.dependencies());
      }
      json.writeEndObject();
    }
    return body.toByteArray();
  }

  private static void write(JsonGenerator json, WideInputs wide) {
    if (wide.inputJson() != null) {
      json.writeName("input");
      json.writeRawValue(wide.inputJson());
    }
    if (wide.stdin() != null) {
      json.writeStringProperty("stdin", wide.stdin());
    }
    writeAll(json, "args", wide.args());
    json.writeName("env");
    json.writeStartObject();
    wide.env().forEach(json::writeStringProperty);
    json.writeEndObject();
    json.writeName("files");
    json.writeStartArray();
    for (WideInputs.GivenFile file : wide.files()) {
      json.writeStartObject();
      json.writeStringProperty("path", file.path());
      if (file.fileId() != null) {
        json.writeStringProperty("file_id", file.fileId());
      } else {
        json.writeStringProperty("content", file.base64());
        json.writeStringProperty("encoding", "base64");
      }
      json.writeEndObject();
    }
    json.writeEndArray();
    writeAll(json, "outputs", wide.outputs());
    if (wide.memoryMb() != null) {
      json.writeNumberProperty("memory_mb", wide.memoryMb());
    }
    if (wide.startWithin() != null) {
      json.writeNumberProperty("start_within", wide.startWithin());
    }
    if (wide.network() != null) {
      json.writeName("network");
      json.writeStartObject();
      writeAll(json, "allow", wide.network());
      json.writeEndObject();
    }
  }

  private static void writeAll(JsonGenerator json, String name, List<String> texts) {
    json.writeName(name);
    json.writeStartArray();
    texts.forEach(json::writeString);
    json.writeEndArray();
  }
}
