package io.millrace.deploy;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/** One object of a rendered overlay. */
record Manifest(JsonNode body) {

  String kind() {
    return body.path("kind").asString();
  }

  String name() {
    return body.path("metadata").path("name").asString();
  }

  String namespace() {
    return body.path("metadata").path("namespace").asString("");
  }

  boolean is(String kind, String namespace, String name) {
    return kind().equals(kind) && namespace().equals(namespace) && name().equals(name);
  }

  /** Deployment, StatefulSet or DaemonSet. */
  boolean hasPods() {
    return !template().isMissingNode();
  }

  JsonNode template() {
    return body.path("spec").path("template");
  }

  JsonNode podSpec() {
    return template().path("spec");
  }

  List<JsonNode> containers() {
    return podSpec().path("containers").valueStream().toList();
  }

  /** The labels that this workload's pods have. */
  Map<String, String> podLabels() {
    return strings(template().path("metadata").path("labels"));
  }

  static Map<String, String> strings(JsonNode object) {
    Map<String, String> strings = new TreeMap<>();
    object.forEachEntry((key, value) -> strings.put(key, value.asString()));
    return strings;
  }

  @Override
  public String toString() {
    return kind() + " " + (namespace().isEmpty() ? "" : namespace() + "/") + name();
  }
}
