package io.millrace.gateway.compat.dify;

import io.millrace.gateway.error.ApiError;
import io.millrace.gateway.error.Checked;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A run as Dify asks for it. Its fields that nobody here knows are passed over. */
final class DifyRequest {

  private static final String PYTHON = "python3";

  private DifyRequest() {}

  /** The body of our request, or what is wrong. */
  static Checked<ObjectNode> translated(JsonNode body, int seconds) {
    return checkedLanguage(body)
        .then(language -> checkedCode(body))
        .then(
            code -> {
              ObjectNode ours = JsonNodeFactory.instance.objectNode().put("code", code);
              ours.putArray("outputs");
              if (!body.path("enable_network").asBoolean(false)) {
                ours.putObject("network").putArray("allow");
              }
              return Checked.passed(ours.put("timeout", seconds));
            });
  }

  static Checked<String> checkedLanguage(JsonNode body) {
    return checkedLanguage(body.path("language").asStringOpt().orElse(""));
  }

  static Checked<String> checkedLanguage(String language) {
    if (language.isEmpty()) {
      return invalid("language is required as a string");
    }
    return language.equals(PYTHON) ? Checked.passed(language) : invalid("unsupported language");
  }

  private static Checked<String> checkedCode(JsonNode body) {
    JsonNode code = body.path("code");
    if (!code.isString() || code.stringValue().isEmpty()) {
      return invalid("code is required as a string");
    }
    JsonNode preload = body.path("preload");
    if (!isAbsent(preload) && !preload.isString()) {
      return invalid("preload must be a string");
    }
    if (!isAbsent(body.path("enable_network")) && !body.path("enable_network").isBoolean()) {
      return invalid("enable_network must be true or false");
    }
    String before = preload.asString("");
    return Checked.passed(
        before.isBlank()
            ? code.stringValue()
            : run(before, "<preload>") + run(code.stringValue(), "<code>"));
  }

  /** Each is a module's text of its own, in the same globals, as Dify's sandbox has it. */
  private static String run(String source, String name) {
    return "exec(compile(__import__('base64').b64decode('"
        + Base64.getEncoder().encodeToString(source.getBytes(StandardCharsets.UTF_8))
        + "').decode(), '"
        + name
        + "', 'exec'))\n";
  }

  private static boolean isAbsent(JsonNode value) {
    return value.isMissingNode() || value.isNull();
  }

  private static <T> Checked<T> invalid(String why) {
    return Checked.refused(ApiError.invalid(why));
  }
}
