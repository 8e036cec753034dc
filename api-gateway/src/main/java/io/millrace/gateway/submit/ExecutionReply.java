package io.millrace.gateway.submit;

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

  static ExecutionReply ended(UUID jobId, int status, byte[] body) {
    return new ExecutionReply(status, Map.of("X-Job-Id", jobId.toString()), body);
  }

  static ExecutionReply processing(Visit visit, byte[] body) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("X-Job-Id", visit.jobId().toString());
    headers.put("Location", "/v1/jobs/" + visit.jobId());
    if (!visit.waitFor().applied().isEmpty()) {
      headers.put("Preference-Applied", visit.waitFor().applied());
    }
    return new ExecutionReply(202, headers, body);
  }

  static ExecutionReply refused(ApiError error) {
    return new ExecutionReply(error.status(), error.headers(), ApiErrors.body(error));
  }
}
