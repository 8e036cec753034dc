package io.millrace.e2e.drive;

import io.millrace.e2e.history.Event.Ended;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** Reads the envelope of a job's reply, wherever it was found. */
public final class Replies {

  private Replies() {}

  /** The end that an envelope tells of; empty for 202 and for answers without a job. */
  public static Optional<Ended> end(JsonNode envelope, String source) {
    int code = envelope.path("code").asInt(0);
    if (!envelope.has("endpoint") || !envelope.has("total_time")) {
      return Optional.empty();
    }
    return Optional.of(
        new Ended(
            System.currentTimeMillis(),
            name(envelope),
            envelope.path("job_id").asString(""),
            state(code, envelope.path("reason").asString("")),
            Fingerprint.of(envelope.toString()),
            source));
  }

  /** The name that the program itself returned, else the one that the service echoes. */
  private static String name(JsonNode envelope) {
    JsonNode result = envelope.path("response").path("result");
    return result.isString() ? result.asString() : envelope.path("id").asString("");
  }

  private static String state(int code, String reason) {
    return switch (code) {
      case 200 -> "succeeded";
      case 408 -> "timed_out";
      default -> reason.equals("cancelled") ? "cancelled" : "failed";
    };
  }
}
