package io.millrace.deploy;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** The compose file with its variables at their defaults. */
record Compose(JsonNode body) {
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{[A-Z_]+(?::-([^}]*))?}");

  static Compose file() {
    return parsed(Project.text("docker-compose.yml"));
  }

  static Compose parsed(String text) {
    String interpolated =
        VARIABLE
            .matcher(text)
            .replaceAll(
                match -> {
                  String otherwise = match.group(1);
                  return otherwise == null ? "" : otherwise;
                });
    return new Compose(Yaml.documents(interpolated).get(0));
  }

  Compose copy() {
    return new Compose(body.deepCopy());
  }

  JsonNode service(String name) {
    return body.path("services").path(name);
  }

  Stream<Map.Entry<String, JsonNode>> services() {
    return body.path("services").propertyStream();
  }

  Map<String, String> environment(String service) {
    return new TreeMap<>(Manifest.strings(service(service).path("environment")));
  }
}
