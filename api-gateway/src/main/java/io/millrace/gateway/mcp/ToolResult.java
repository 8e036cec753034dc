package io.millrace.gateway.mcp;

import io.millrace.gateway.reply.ExecutionReply;
import io.millrace.gateway.reply.ReplyFields;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.util.RawValue;

/**
 * A reply as a model should see it: as text that reads well, and beside it in the form of the
 * tool's {@code outputSchema}. Neither has more of the program's output than a model can use.
 */
final class ToolResult {

  private static final int LONGEST_ERROR = 1000;
  private static final List<String> AS_IN_REPLY = List.of("reason", "job_id", "run_time");

  private final ExecutionReply reply;
  private final ObjectNode body;
  private final String error;
  private final Excerpt stdout;
  private final Excerpt stderr;
  private final String wholeResult;
  private final Excerpt result;
  private final Excerpt displayed;
  private final MadeThings made;
  private final boolean truncated;

  private ToolResult(ExecutionReply reply, int mostBytes, URI address) {
    this.reply = reply;
    this.body = ReplyFields.read(reply.body());
    JsonNode output = succeeded() ? body.path("response") : body;
    boolean invalid = body.path("reason").asString("").equals("invalid_request");
    this.error =
        Excerpt.of(body.path(invalid ? "message" : "error").asString(""), LONGEST_ERROR).text();
    this.truncated = output.path("truncated").asBoolean(false);
    String out = output.path("stdout").asString("");
    String err = output.path("stderr").asString("");
    this.wholeResult = succeeded() ? output.path("result").toString() : "";
    this.made = new MadeThings(output, address);
    int[] shares =
        shares(
            mostBytes,
            Excerpt.bytes(out),
            Excerpt.bytes(err),
            Excerpt.bytes(wholeResult),
            Excerpt.bytes(made.displayed()));
    this.stdout = Excerpt.of(out, shares[0]);
    this.stderr = Excerpt.of(err, shares[1]);
    this.result = Excerpt.of(wholeResult, shares[2]);
    this.displayed = Excerpt.of(made.displayed(), shares[3]);
  }

  /**
   * The result of a call.
   *
   * @param mostBytes of output, result and displayed text together
   * @param address of this server, as its client knows it
   */
  static ObjectNode of(ExecutionReply reply, int mostBytes, URI address) {
    ToolResult told = new ToolResult(reply, mostBytes, address);
    ObjectNode result = McpMessage.JSON.createObjectNode();
    ArrayNode content = result.putArray("content");
    content.addObject().put("type", "text").put("text", told.text());
    told.made.addTo(content);
    result.set("structuredContent", told.structured());
    return result.put("isError", !told.succeeded());
  }

  private boolean succeeded() {
    return reply.status() == 200;
  }

  private String text() {
    StringBuilder text = new StringBuilder();
    if (!succeeded()) {
      section(
          text, "", reply.status() == 202 ? "The program goes on; ask for it later." : failure());
    }
    section(text, "stdout:\n", stdout.text());
    section(text, "stderr:\n", stderr.text());
    if (succeeded() && !wholeResult.equals("null")) {
      section(text, "result:\n", result.text());
    }
    section(text, "displayed:\n", displayed.text());
    section(text, "files:\n", made.listed());
    section(text, "hint: ", hint());
    if (text.isEmpty()) {
      text.append("The program ran to its end and printed nothing.\n");
    }
    if (truncated) {
      section(text, "", "[The program wrote more than the sandbox keeps; the rest is lost.]");
    }
    if (leftOut() > 0) {
      section(text, "", "[GET /v1/jobs/" + body.path("job_id").asString("") + " has all of it.]");
    }
    return text.toString();
  }

  /** What the model may do about its program's exception. */
  private String hint() {
    return body.has("error_detail")
        ? McpMessage.JSON.readTree(body.path("error_detail").toString()).path("hint").asString("")
        : "";
  }

  private String failure() {
    String again = reply.headers().get("Retry-After");
    return (body.has("job_id") && again == null
            ? "The program failed: "
            : "The program was not run: ")
        + error
        + (again == null ? "" : "\nSend it again in " + again + " s.");
  }

  private static void section(StringBuilder text, String title, String content) {
    if (!content.isEmpty()) {
      text.append(text.isEmpty() ? "" : "\n").append(title).append(content);
      text.append(content.endsWith("\n") ? "" : "\n");
    }
  }

  private ObjectNode structured() {
    ObjectNode told = McpMessage.JSON.createObjectNode();
    told.put("status", reply.status());
    if (succeeded() && result.leftOut() == 0) {
      told.putRawValue("result", new RawValue(wholeResult));
    } else if (succeeded()) {
      told.put("result_excerpt", result.text());
    }
    told.put("stdout", stdout.text());
    told.put("stderr", stderr.text());
    if (!error.isEmpty()) {
      told.put("error", error);
    }
    AS_IN_REPLY.stream().filter(body::hasNonNull).forEach(name -> told.set(name, body.get(name)));
    if (truncated) {
      told.put("truncated", true);
    }
    if (leftOut() > 0) {
      told.put("left_out", leftOut());
    }
    String retryAfter = reply.headers().get("Retry-After");
    if (retryAfter != null) {
      told.put("retry_after", Integer.parseInt(retryAfter));
    }
    return told;
  }

  private int leftOut() {
    return stdout.leftOut() + stderr.leftOut() + result.leftOut() + displayed.leftOut();
  }

  /** Shares the room: who needs less than an equal share leaves the rest to the others. */
  private static int[] shares(int room, int... needs) {
    int[] ascending = needs.clone();
    Arrays.sort(ascending);
    int level = 0;
    int left = room;
    for (int i = 0; i < ascending.length; i++) {
      level = Math.max(level, Math.min(ascending[i], left / (ascending.length - i)));
      left -= Math.min(ascending[i], left / (ascending.length - i));
    }
    int most = level;
    return Arrays.stream(needs).map(need -> Math.min(need, most)).toArray();
  }
}
