package io.millrace.gateway.compat;

import io.millrace.gateway.reply.ExecutionReply;
import io.millrace.gateway.reply.ReplyFields;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/** A reply of {@code POST /v1/jobs}, read for those who tell it in other words. Immutable. */
public final class JobReply {

  private static final JsonMapper JSON = new JsonMapper();

  /** Reasons of jobs that ended before their program began. */
  private static final Set<String> UNRUN =
      Set.of(
          "deadline",
          "dependencies_off",
          "dependency_failed",
          "dependency_not_allowed",
          "file_not_found",
          "invalid_request",
          "network_not_allowed");

  private static final String STDOUT = "stdout";
  private static final String STDERR = "stderr";

  private final int status;
  private final ObjectNode body;
  private final JsonNode output;

  private JobReply(int status, ObjectNode body) {
    this.status = status;
    this.body = body;
    this.output = succeeded() ? body.path("response") : body;
  }

  public static JobReply of(ExecutionReply reply) {
    return new JobReply(reply.status(), ReplyFields.read(reply.body()));
  }

  /** The reply of a job that has ended, as it is kept. */
  public static JobReply ofKept(String text) {
    ObjectNode body = ReplyFields.read(text);
    return new JobReply(raw(body, "code").asInt(0), body);
  }

  /** Whether its program was started, however it ended; not, where it was refused or goes on. */
  public boolean isOfRun() {
    return status != 202 && body.has("endpoint") && !UNRUN.contains(reason());
  }

  public boolean succeeded() {
    return status == 200;
  }

  public boolean timedOut() {
    return status == 408;
  }

  /** Whether the fault is the service's own. */
  public boolean isOurFault() {
    return status >= 500;
  }

  /** The stable word for why it failed; empty where it did not. */
  public String reason() {
    return body.path("reason").asString("");
  }

  /** What went wrong, as a line for people. */
  public String error() {
    return body.path("error").asString("");
  }

  /** A sentence for people, of a refusal too. */
  public String message() {
    return status == 202
        ? "The program goes on; GET /v1/jobs/" + jobId() + " has its reply when it has ended"
        : body.path("message").asString("");
  }

  public String jobId() {
    return body.path("job_id").asString("");
  }

  public String stdout() {
    return output.path(STDOUT).asString("");
  }

  public String stderr() {
    return output.path(STDERR).asString("");
  }

  /** The process's exit code, negative for a signal; empty where it has none. */
  public Optional<Integer> exitCode() {
    return succeeded()
        ? Optional.of(0)
        : Optional.of(raw(body, "process_exit_code"))
            .filter(JsonNode::isIntegralNumber)
            .map(JsonNode::intValue);
  }

  /** Whether stdout is longer than what is kept of it. */
  public boolean stdoutWasCut() {
    return wasCut() && bytes(stdout()) >= bytes(stderr());
  }

  /** Whether stderr is longer than what is kept of it. */
  public boolean stderrWasCut() {
    return wasCut() && bytes(stderr()) >= bytes(stdout());
  }

  /** Seconds that it ran. */
  public double runTime() {
    return raw(body, "run_time").asDouble(0);
  }

  /** A part that the wider route has: {@code usage}, {@code files}, {@code display}. */
  public JsonNode part(String name) {
    return raw(output, name);
  }

  /** Both have the same limit, so that the longer one is over it where any is. */
  private boolean wasCut() {
    return output.path("truncated").asBoolean(false);
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  private static JsonNode raw(JsonNode fields, String name) {
    return fields.has(name)
        ? JSON.readTree(fields.path(name).toString())
        : MissingNode.getInstance();
  }
}
