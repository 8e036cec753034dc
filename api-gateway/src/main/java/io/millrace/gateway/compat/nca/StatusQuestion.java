package io.millrace.gateway.compat.nca;

import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** What the status routes want in a body: each rule answers what is wrong; empty is well. */
final class StatusQuestion {

  private static final int DEFAULT_SECONDS = 600;

  /** A year: nothing is kept for so long. */
  private static final int MOST_SECONDS = 31_536_000;

  private StatusQuestion() {}

  static Optional<String> jobId(JsonNode body) {
    return body.path("job_id").isString()
        ? Optional.empty()
        : Optional.of("job_id must be there, and be a string");
  }

  static Optional<String> since(JsonNode body) {
    JsonNode since = body.path("since_seconds");
    boolean good = since.isMissingNode() || since.isNumber() && since.doubleValue() >= 0;
    return good
        ? Optional.empty()
        : Optional.of("since_seconds must be a number of seconds, 0 or more");
  }

  static double seconds(JsonNode body) {
    return Math.min(MOST_SECONDS, body.path("since_seconds").asDouble(DEFAULT_SECONDS));
  }
}
