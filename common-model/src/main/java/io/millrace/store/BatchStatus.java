package io.millrace.store;

import java.io.StringWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.json.JsonFactory;

/**
 * A batch as its owner may see it. Times are microseconds since the epoch, null where not yet.
 *
 * @param count how many jobs it has
 * @param left how many of these have not ended
 * @param round how often some of its jobs were run again
 * @param open whether the log has every record of that round
 * @param cancelled whether its caller has ended it
 * @param webhookUrl where its end is told, or null
 * @param delivery what that message is known by
 * @param counts jobs by their state, in the order of the API
 */
public record BatchStatus(
    UUID batchId,
    String owner,
    @Nullable String id,
    int count,
    int left,
    int round,
    boolean open,
    boolean cancelled,
    int timeout,
    int maxRunning,
    long acceptedAt,
    @Nullable Long finishedAt,
    @Nullable String webhookUrl,
    UUID delivery,
    Map<String, Integer> counts) {

  private static final JsonFactory JSON = new JsonFactory();

  /** The states that a job of a batch may be in, in the order in which they are shown. */
  public static final List<String> STATES =
      List.of(
          "preparing",
          "queued",
          "running",
          "succeeded",
          "failed",
          "timed_out",
          "cancelled",
          "expired");

  static BatchStatus of(UUID batchId, Map<String, String> fields) {
    Map<String, Integer> counts = new LinkedHashMap<>();
    STATES.forEach(state -> counts.put(state, number(fields, state)));
    String finished = fields.get("finished");
    return new BatchStatus(
        batchId,
        Objects.requireNonNull(fields.get("owner")),
        fields.get("id"),
        number(fields, "count"),
        number(fields, "left"),
        number(fields, "round"),
        number(fields, "opened") >= number(fields, "round"),
        fields.containsKey("stopped"),
        number(fields, "timeout"),
        number(fields, "max_running"),
        Long.parseLong(Objects.requireNonNull(fields.get("accepted"))),
        finished == null ? null : Long.valueOf(finished),
        fields.get("webhook_url"),
        UUID.fromString(Objects.requireNonNull(fields.get("delivery"))),
        counts);
  }

  private static int number(Map<String, String> fields, String name) {
    return Integer.parseInt(fields.getOrDefault(name, "0"));
  }

  /** Whether every one of its jobs has ended. */
  public boolean ended() {
    return finishedAt != null;
  }

  /** Running, done or cancelled. */
  public String state() {
    return !ended() ? "running" : cancelled ? "cancelled" : "done";
  }

  /** As a caller sees it. */
  public String json() {
    return json(false);
  }

  /** The same with where its results are, as its webhook tells it. */
  public String message() {
    return json(true);
  }

  private String json(boolean withResults) {
    StringWriter body = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(body)) {
      json.writeStartObject();
      json.writeStringProperty("batch_id", batchId.toString());
      json.writeStringProperty("id", id);
      json.writeStringProperty("state", state());
      json.writeObjectPropertyStart("counts");
      counts.forEach((name, number) -> json.writeNumberProperty(name, number));
      json.writeEndObject();
      json.writeStringProperty("accepted_at", time(acceptedAt));
      json.writeStringProperty("finished_at", finishedAt == null ? null : time(finishedAt));
      if (withResults) {
        json.writeStringProperty("results", "/v1/batches/" + batchId + "/results");
      }
      json.writeEndObject();
    }
    return body.toString();
  }

  private static String time(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS).toString();
  }
}
