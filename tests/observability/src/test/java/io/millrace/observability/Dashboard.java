package io.millrace.observability;

import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The dashboard, as Grafana imports it. */
record Dashboard(JsonNode root) {

  static Dashboard read() {
    return new Dashboard(new JsonMapper().readTree(Folder.read(Folder.DASHBOARD)));
  }

  List<JsonNode> panels() {
    return root.path("panels").valueStream().toList();
  }

  /** Panels that show something; the others are rows. */
  List<JsonNode> charts() {
    return panels().stream().filter(panel -> !panel.path("type").asString().equals("row")).toList();
  }

  Stream<JsonNode> targets() {
    return charts().stream().flatMap(panel -> panel.path("targets").valueStream());
  }

  List<String> expressions() {
    return targets().map(target -> target.path("expr").asString()).toList();
  }
}
