package io.millrace.queue;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.millrace.job.BatchPart;
import io.millrace.job.ExecutionRequest;
import io.millrace.job.Job;
import io.millrace.job.WideInputs;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/**
 * The records of the queue: JSON with a version. Unknown fields of a known version are ignored;
 * unknown versions are not guessed at. Thread-safe.
 */
public final class JobCodec {

  private static final int VERSION = 1;

  /**
   * Of a job with inputs or packages: whoever reads up to the version before would run it without
   * them.
   */
  private static final int WIDE_VERSION = 2;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  private record Version(int v) {}

  private record JobRecord(
      int v,
      UUID jobId,
      String owner,
      @Nullable String id,
      String code,
      int timeout,
      @Nullable String webhookUrl,
      long acceptedAt,
      @Nullable String replyTo,
      @Nullable String traceparent,
      @Nullable String idempotencyKey,
      @Nullable String bodyDigest,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable WideInputs wide,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) @Nullable List<String> network,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) @Nullable List<String> dependencies,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable BatchPart batch) {}

  private record CompletionRecord(
      int v,
      UUID jobId,
      String owner,
      String webhookUrl,
      String body,
      @Nullable String traceparent,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable UUID batchId) {}

  private JobCodec() {}

  /** The bytes of a job. */
  public static byte[] encode(Job job) {
    ExecutionRequest request = job.request();
    return JSON.writeValueAsBytes(
        new JobRecord(
            isPlain(request) ? VERSION : WIDE_VERSION,
            job.jobId(),
            job.owner(),
            request.id(),
            request.code(),
            request.timeout(),
            request.webhookUrl(),
            job.acceptedAt(),
            job.replyTo(),
            job.traceparent(),
            job.idempotencyKey(),
            job.bodyDigest(),
            request.wide(),
            job.network(),
            request.dependencies(),
            job.batch()));
  }

  private static boolean isPlain(ExecutionRequest request) {
    return request.wide() == null && request.dependencies().isEmpty();
  }

  /** The job of these bytes. */
  public static Job decodeJob(byte[] bytes) throws UnreadableRecordException {
    JobRecord read = decode(bytes, JobRecord.class, WIDE_VERSION);
    require(read.jobId(), "job_id");
    require(read.owner(), "owner");
    require(read.code(), "code");
    if (read.timeout() < 1) {
      throw UnreadableRecordException.garbage("no timeout");
    }
    return new Job(
        read.jobId(),
        read.owner(),
        new ExecutionRequest(
            read.code(),
            read.timeout(),
            read.webhookUrl(),
            read.id(),
            read.wide(),
            read.dependencies() == null ? List.of() : read.dependencies()),
        read.acceptedAt(),
        read.replyTo(),
        read.traceparent(),
        read.idempotencyKey(),
        read.bodyDigest(),
        read.network() == null ? List.of() : read.network(),
        read.batch());
  }

  /** The bytes of a completion. */
  public static byte[] encode(Completion completion) {
    return JSON.writeValueAsBytes(
        new CompletionRecord(
            VERSION,
            completion.jobId(),
            completion.owner(),
            completion.webhookUrl(),
            completion.body(),
            completion.traceparent(),
            completion.batchId()));
  }

  /** The completion of these bytes. */
  public static Completion decodeCompletion(byte[] bytes) throws UnreadableRecordException {
    CompletionRecord read = decode(bytes, CompletionRecord.class, VERSION);
    require(read.jobId(), "job_id");
    require(read.owner(), "owner");
    require(read.webhookUrl(), "webhook_url");
    require(read.body(), "body");
    return new Completion(
        read.jobId(),
        read.owner(),
        read.webhookUrl(),
        read.body(),
        read.traceparent(),
        read.batchId());
  }

  private static <T> T decode(byte[] bytes, Class<T> type, int newest)
      throws UnreadableRecordException {
    try {
      Version read = JSON.readValue(bytes, Version.class);
      int version = read == null ? 0 : read.v();
      if (version > newest) {
        throw UnreadableRecordException.newer(version);
      }
      if (version < 1) {
        throw UnreadableRecordException.garbage("no record version");
      }
      return JSON.readValue(bytes, type);
    } catch (JacksonException e) {
      throw UnreadableRecordException.garbage(e.getOriginalMessage());
    }
  }

  private static void require(@Nullable Object value, String field)
      throws UnreadableRecordException {
    if (value == null) {
      throw UnreadableRecordException.garbage("no " + field);
    }
  }
}
