package io.millrace.gateway.error;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One reason to say no. Immutable.
 *
 * @param status the HTTP status
 * @param error what the client's own code reads, a phrase
 * @param reason a stable word for machines
 * @param message a sentence for people, at most 1 kB
 * @param fields what else the body says, in wire order
 * @param headers what else the head says
 */
public record ApiError(
    int status,
    String error,
    String reason,
    String message,
    Map<String, @Nullable Object> fields,
    Map<String, String> headers) {

  private static final int REFUSED_EXIT_CODE = 400;

  /** Files go after hours; somebody may delete one before. */
  private static final int QUOTA_SECONDS = 60;

  private ApiError(int status, String error, String reason, String message) {
    this(status, error, reason, message, Map.of(), Map.of());
  }

  /** The body is no request: not JSON, against the schema, or with a webhook we do not call. */
  public static ApiError invalid(String message) {
    return new ApiError(400, "Missing or invalid parameters", "invalid_request", message)
        .with("stdout", "")
        .with("exit_code", REFUSED_EXIT_CODE);
  }

  /** The job asks for a host that its key may not reach. */
  public static ApiError networkNotAllowed(String message) {
    return new ApiError(400, "Missing or invalid parameters", "network_not_allowed", message)
        .with("stdout", "")
        .with("exit_code", REFUSED_EXIT_CODE);
  }

  /** What the job asks for beside its program cannot be had; {@code reason} says how. */
  public static ApiError dependencies(String reason, String message) {
    return new ApiError(400, "The dependencies of the job are refused", reason, message)
        .with("stdout", "")
        .with("exit_code", REFUSED_EXIT_CODE);
  }

  /** No key, a wrong one, or two: the same for all, so that nothing can be learnt from it. */
  public static ApiError unauthorized() {
    return new ApiError(
            401, "Unauthorized", "unauthorized", "A valid key in the header x-api-key is needed")
        .header("WWW-Authenticate", "ApiKey");
  }

  /** Nothing there, or nothing that this key may see. */
  public static ApiError notFound(String message) {
    return new ApiError(404, "Not Found", "not_found", message);
  }

  /** It was there, and the queue has let go of it. */
  public static ApiError gone(String message) {
    return new ApiError(404, "Not Found", "gone", message);
  }

  /** The path is known, the method is not for it. */
  public static ApiError methodNotAllowed(String allow) {
    return new ApiError(405, "Method Not Allowed", "method_not_allowed", "This path takes " + allow)
        .header("Allow", allow);
  }

  /** The body did not arrive in time. */
  public static ApiError bodyTooSlow(Duration limit) {
    return new ApiError(
        408,
        "Request Timeout",
        "request_timeout",
        "The body did not arrive within " + limit.toSeconds() + " seconds");
  }

  /** The idempotency key's first job has not ended. */
  public static ApiError inFlight(UUID firstJobId) {
    return new ApiError(
            409,
            "Conflict",
            "idempotency_in_flight",
            "The first request with this Idempotency-Key has not ended")
        .with("job_id", firstJobId.toString())
        .withJob(firstJobId)
        .header("Location", "/v1/jobs/" + firstJobId)
        .retryAfter(1);
  }

  /** The job reads a kept file that its key does not have. */
  public static ApiError fileNotFound(String where) {
    return new ApiError(
            400,
            "Missing or invalid parameters",
            "file_not_found",
            where
                + " names no file of this key: it was never there, was deleted, or was not used for"
                + " so long that it is gone; send it by POST /v1/files first")
        .with("stdout", "")
        .with("exit_code", REFUSED_EXIT_CODE);
  }

  /** A job that has not ended reads the file. */
  public static ApiError fileInUse() {
    return new ApiError(
        409,
        "Conflict",
        "file_in_use",
        "A job that has not ended reads this file: delete it when the job has ended, or cancel the"
            + " job first");
  }

  /** The same of the first batch. */
  public static ApiError batchInFlight(UUID firstBatchId) {
    return new ApiError(
            409,
            "Conflict",
            "idempotency_in_flight",
            "The first request with this Idempotency-Key is being accepted")
        .with("batch_id", firstBatchId.toString())
        .retryAfter(1);
  }

  /** The body is larger than it may be. */
  public static ApiError tooLarge(long limit) {
    return new ApiError(
            413,
            "Payload Too Large",
            "payload_too_large",
            "The body may have at most " + limit + " bytes")
        .header("Connection", "close");
  }

  /** Not JSON in UTF-8 without a content coding. */
  public static ApiError unsupportedMedia(String message) {
    return new ApiError(415, "Unsupported Media Type", "unsupported_media_type", message)
        .header("Accept-Encoding", "identity");
  }

  /** The idempotency key stands for another body. */
  public static ApiError otherBody() {
    return new ApiError(
        422,
        "Unprocessable Content",
        "idempotency_mismatch",
        "This Idempotency-Key was used with another body");
  }

  /** The queue, the key's share of it, or the waiting room is full. */
  public static ApiError tooMany(String message, String reason, long retryAfterSeconds) {
    return new ApiError(429, message, reason, message)
        .retryAfter(retryAfterSeconds)
        .header("RateLimit", "\"" + reason + "\";r=0;t=" + retryAfterSeconds);
  }

  /** As many bytes of the key's files are kept as may be. */
  public static ApiError fileQuota(long limit) {
    return tooMany(
        "This key may have "
            + limit
            + " bytes of files, and has no room for this one; delete some, or wait until they were"
            + " not used for their time",
        "file_quota",
        QUOTA_SECONDS);
  }

  /** A fault of ours that is told to nobody else than the log. */
  public static ApiError internal() {
    String error = "An internal server error occurred";
    return new ApiError(500, error, "internal", error)
        .with("stdout", "")
        .with("stderr", "")
        .with("exit_code", 500);
  }

  /** What the job needs is away, or this gateway has as much in hand as it can bear. */
  public static ApiError unavailable(String message, long retryAfterSeconds) {
    return new ApiError(503, "Service Unavailable", "unavailable", message)
        .retryAfter(retryAfterSeconds);
  }

  /** The answer is in the queue's log, and Kafka does not give it. */
  public static ApiError logAway() {
    return unavailable("The queue's log cannot be read now; try again", 1);
  }

  /** Files are asked for, but the operator has given them no place. */
  public static ApiError noFileStore() {
    return new ApiError(
        501,
        "Not Implemented",
        "no_file_store",
        "This installation keeps no files: set MILLRACE_FILES_STORE to dir:/PATH or"
            + " s3://BUCKET/PREFIX");
  }

  /** Any other refusal of the HTTP layer. */
  public static ApiError http(int status, String phrase) {
    return new ApiError(
        status,
        phrase,
        phrase.toLowerCase(java.util.Locale.ROOT).replace(' ', '_'),
        "The request could not be handled: " + phrase);
  }

  /** The same with one more field at the end of its body. */
  public ApiError with(String name, @Nullable Object value) {
    Map<String, @Nullable Object> more = new LinkedHashMap<>(fields);
    more.put(name, value);
    return new ApiError(status, error, reason, message, more, headers);
  }

  /** The same with the request's own id, known from here on; first among the fields. */
  public ApiError withId(@Nullable String id) {
    Map<String, @Nullable Object> more = new LinkedHashMap<>();
    more.put("id", id);
    more.putAll(fields);
    return new ApiError(status, error, reason, message, more, headers);
  }

  /** The same with the job it is about, in its head. */
  public ApiError withJob(UUID jobId) {
    return header("X-Job-Id", jobId.toString());
  }

  private ApiError header(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new ApiError(status, error, reason, message, fields, more);
  }

  private ApiError retryAfter(long seconds) {
    return header("Retry-After", Long.toString(seconds));
  }
}
