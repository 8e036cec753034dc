package io.millrace.deploy;

import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.function.Consumer;
import org.junit.jupiter.params.provider.Arguments;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** How a test breaks a copy of an overlay. */
final class Mistakes {
  static final String POD = "/spec/template/spec";
  static final String CONTAINER = POD + "/containers/0";

  private Mistakes() {}

  static Arguments broken(String expected, Consumer<Overlay> mistake) {
    return arguments(expected, mistake);
  }

  static Consumer<Overlay> gateway(String path, Consumer<ObjectNode> mistake) {
    return in("Deployment", "gateway", path, mistake);
  }

  static Consumer<Overlay> worker(String path, Consumer<ObjectNode> mistake) {
    return in("Deployment", "worker", path, mistake);
  }

  static Consumer<Overlay> in(String kind, String name, String path, Consumer<ObjectNode> mistake) {
    return overlay -> mistake.accept(at(overlay.body(kind, name), path));
  }

  static Consumer<Overlay> settings(String role, Consumer<ObjectNode> mistake) {
    return overlay ->
        overlay
            .of("ConfigMap")
            .filter(each -> each.name().startsWith(role + "-settings"))
            .forEach(each -> mistake.accept(at(each.body(), "/data")));
  }

  static ObjectNode at(JsonNode body, String path) {
    return (ObjectNode) body.at(path);
  }
}
