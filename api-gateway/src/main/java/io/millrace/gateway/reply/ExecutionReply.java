package io.millrace.gateway.reply;

import io.millrace.gateway.error.ApiError;
import io.millrace.gateway.error.ApiErrors;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/**
 * What a caller is told in the end.
 *
 * @param status as in HTTP
 * @param headers what goes beside the body, without its media type
 * @param body JSON
 */
public record ExecutionReply(int status, Map<String, String> headers, byte[] body) {

  /** The job has ended, and this is its reply. */
  static ExecutionReply ended(UUID jobId, int status, byte[] body) {
    return new ExecutionReply(status, Map.of("X-Job-Id", jobId.toString()), body);
  }

  /**
   * The job goes on, and its caller does not wait.
   *
   * @param applied the preference that was followed, or empty
   */
  public static ExecutionReply processing(UUID jobId, String applied, byte[] body) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("X-Job-Id", jobId.toString());
    headers.put("Location", "/v1/jobs/" + jobId);
    if (!applied.isEmpty()) {
      headers.put("Preference-Applied", applied);
    }
    return new ExecutionReply(202, headers, body);
  }

  /** Told no. */
  public static ExecutionReply refused(ApiError error) {
    return new ExecutionReply(error.status(), error.headers(), ApiErrors.body(error));
  }
}
