package io.millrace.gateway.compat.librechat;

import io.millrace.gateway.error.ApiError;
import io.millrace.gateway.error.Checked;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A run as LibreChat asks for it. Its fields that nobody here knows are passed over. */
final class LibreChatRequest {

  private static final Set<String> PYTHON = Set.of("py", "python");
  private static final Set<String> BASH = Set.of("bash", "sh");

  /** The script comes as the program's input: a command line has no room for a long one. */
  private static final String RUN_BASH =
      """
      import subprocess, sys
      with open("/tmp/script.sh", "w", encoding="utf-8") as script:
          script.write(input_data)
      code = subprocess.call(["bash", "/tmp/script.sh", *sys.argv[1:]])
      sys.exit(code if code >= 0 else 128 - code)
      """;

  private LibreChatRequest() {}

  /** The body of our request, or what is wrong. */
  static Checked<ObjectNode> translated(JsonNode body, int seconds) {
    if (!body.path("lang").isString() || !body.path("code").isString()) {
      return invalid("lang and code are required as strings");
    }
    Optional<String> flaw = flawOfFiles(body.path("files"));
    if (flaw.isPresent()) {
      return invalid(flaw.get());
    }
    String language = body.path("lang").stringValue();
    ObjectNode ours = JsonNodeFactory.instance.objectNode().put("timeout", seconds);
    if (PYTHON.contains(language.toLowerCase(Locale.ROOT))) {
      ours.put("code", body.path("code").stringValue());
    } else if (BASH.contains(language.toLowerCase(Locale.ROOT))) {
      ours.put("code", RUN_BASH).set("input", body.path("code"));
    } else {
      return invalid("Unsupported language: " + language);
    }
    if (body.path("args").isArray()) {
      ours.set("args", body.path("args"));
    }
    ours.set("files", files(body.path("files")));
    return Checked.passed(ours);
  }

  private static Optional<String> flawOfFiles(JsonNode files) {
    boolean good =
        files.isMissingNode()
            || files.isNull()
            || files.isArray()
                && files
                    .valueStream()
                    .allMatch(file -> file.path("id").isString() && file.path("name").isString());
    return good ? Optional.empty() : Optional.of("each of files needs id and name as strings");
  }

  /** A name that comes twice is the later file's, as where one is written after the other. */
  private static ArrayNode files(JsonNode files) {
    Map<String, String> byPath = new LinkedHashMap<>();
    for (JsonNode file : files) {
      byPath.put(
          file.path("name").stringValue().replaceFirst("^(/mnt/data/|(\\./+)+)", ""),
          file.path("id").stringValue());
    }
    ArrayNode ours = JsonNodeFactory.instance.arrayNode();
    byPath.forEach((path, id) -> ours.addObject().put("path", path).put("file_id", id));
    return ours;
  }

  private static <T> Checked<T> invalid(String why) {
    return Checked.refused(ApiError.invalid(why));
  }
}
