package io.millrace.deploy;

import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/** The environment that a container gets; a value by reference is shown as its Secret and key. */
record Environment(Map<String, String> values) {

  static Environment of(Overlay overlay, Manifest workload, JsonNode container) {
    Map<String, String> values = new TreeMap<>();
    for (JsonNode from : container.path("envFrom")) {
      overlay
          .find(
              "ConfigMap", workload.namespace(), from.path("configMapRef").path("name").asString())
          .ifPresent(map -> values.putAll(Manifest.strings(map.body().path("data"))));
    }
    for (JsonNode each : container.path("env")) {
      JsonNode secret = each.path("valueFrom").path("secretKeyRef");
      values.put(
          each.path("name").asString(),
          secret.isMissingNode()
              ? each.path("value").asString("")
              : "Secret " + secret.path("name").asString() + "/" + secret.path("key").asString());
    }
    return new Environment(values);
  }

  String get(String name) {
    return values.getOrDefault(name, "");
  }
}
