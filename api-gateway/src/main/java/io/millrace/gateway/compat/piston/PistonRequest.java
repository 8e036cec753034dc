package io.millrace.gateway.compat.piston;

import io.millrace.gateway.error.ApiError;
import io.millrace.gateway.error.Checked;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** An execution as Piston's clients ask for it; its checks come in Piston's order and words. */
final class PistonRequest {

  private static final List<String> LIMITS =
      List.of(
          "compile_memory_limit",
          "run_memory_limit",
          "compile_timeout",
          "run_timeout",
          "compile_cpu_time",
          "run_cpu_time");
  private static final long MILLIS = 1000;
  private static final long MEGABYTE = 1 << 20;

  /** The least that a sandbox needs, and the longest that a program may run. */
  private static final long LEAST_MEGABYTES = 64;

  private static final long LONGEST_SECONDS = 300;

  private final JsonNode body;

  private PistonRequest(JsonNode body) {
    this.body = body;
  }

  /** The body of our request, or what Piston would say is wrong. */
  static Checked<ObjectNode> translated(JsonNode body, PistonRuntime runtime, int seconds) {
    PistonRequest request = new PistonRequest(body);
    return request
        .flaw(runtime)
        .or(request::limitFlaw)
        .map(why -> Checked.<ObjectNode>refused(ApiError.invalid(why)))
        .orElseGet(() -> request.ours(seconds));
  }

  private Optional<String> flaw(PistonRuntime runtime) {
    String language = body.path("language").asStringOpt().orElse("");
    String version = body.path("version").asStringOpt().orElse("");
    if (!body.path("language").isString() || language.isEmpty()) {
      return Optional.of("language is required as a string");
    }
    if (!body.path("version").isString() || version.isEmpty()) {
      return Optional.of("version is required as a string");
    }
    JsonNode files = body.path("files");
    if (!files.isArray()) {
      return Optional.of("files is required as an array");
    }
    Optional<String> contentless =
        IntStream.range(0, files.size())
            .filter(i -> !files.path(i).path("content").isString())
            .mapToObj(i -> "files[" + i + "].content is required as a string")
            .findFirst();
    if (contentless.isPresent()) {
      return contentless;
    }
    if (!runtime.matches(language, version)) {
      return Optional.of(language + "-" + version + " runtime is unknown");
    }
    return files.valueStream().anyMatch(PistonFile::isText)
        ? Optional.empty()
        : Optional.of("files must include at least one utf8 encoded file");
  }

  private Optional<String> limitFlaw() {
    return LIMITS.stream()
        .filter(name -> !body.path(name).isMissingNode() && !body.path(name).isNull())
        .flatMap(name -> limitFlaw(name, body.path(name)).stream())
        .findFirst();
  }

  private static Optional<String> limitFlaw(String name, JsonNode limit) {
    if (!limit.isNumber()) {
      return Optional.of("If specified, " + name + " must be a number");
    }
    if (limit.doubleValue() < 0 && !name.endsWith("memory_limit")) {
      return Optional.of(name + " must be non-negative");
    }
    return name.equals("run_timeout") && limit.doubleValue() > LONGEST_SECONDS * MILLIS
        ? Optional.of(name + " cannot exceed the configured limit of " + LONGEST_SECONDS * MILLIS)
        : Optional.empty();
  }

  private Checked<ObjectNode> ours(int seconds) {
    ObjectNode ours = JsonNodeFactory.instance.objectNode();
    ArrayNode files = JsonNodeFactory.instance.arrayNode();
    for (int i = 0; i < body.path("files").size(); i++) {
      PistonFile file = new PistonFile(body.path("files").path(i), i);
      if (!ours.has("code") && PistonFile.isText(file.given())) {
        ours.put("code", file.given().path("content").stringValue());
        continue;
      }
      Optional<ObjectNode> input = file.input();
      if (input.isEmpty()) {
        return Checked.refused(ApiError.invalid("files[" + i + "].content is not in its encoding"));
      }
      files.add(input.get());
    }
    ours.set("files", files);
    ours.putArray("outputs");
    ours.put("stdin", stdin());
    if (body.has("args") && !body.path("args").isNull()) {
      ours.set("args", body.path("args"));
    }
    double asked = body.path("run_timeout").asDouble(0);
    ours.put("timeout", asked > 0 ? (long) Math.max(1, Math.ceil(asked / MILLIS)) : seconds);
    double memory = body.path("run_memory_limit").asDouble(0);
    if (memory > 0) {
      ours.put("memory_mb", (long) Math.max(LEAST_MEGABYTES, Math.ceil(memory / MEGABYTE)));
    }
    return Checked.passed(ours);
  }

  /** Piston ends it with a line break where there is none. */
  private String stdin() {
    String given = body.path("stdin").asString("");
    return given.endsWith("\n") ? given : given + "\n";
  }
}
