package io.millrace.gateway.mcp;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a program made beside its output: images as blocks that a model sees, files as links, and in
 * words what it displayed and which files there are.
 */
final class MadeThings {

  private static final List<String> IMAGES = List.of("image/png", "image/jpeg");
  private static final String TEXT = "text/plain";

  private final List<ObjectNode> blocks = new ArrayList<>();
  private final StringBuilder displayed = new StringBuilder();
  private final StringBuilder listed = new StringBuilder();

  /**
   * Of a reply's output.
   *
   * @param address of this server, as its client knows it
   */
  MadeThings(JsonNode output, URI address) {
    raw(output, "display").forEach(this::show);
    raw(output, "files").forEach(file -> link(file, address));
  }

  /** In the order in which they were made. */
  void addTo(ArrayNode content) {
    blocks.forEach(content::add);
  }

  /** What was displayed and is no image, as text. */
  String displayed() {
    return displayed.toString();
  }

  /** A line for each file. */
  String listed() {
    return listed.toString();
  }

  private void show(JsonNode bundle) {
    for (String type : IMAGES) {
      if (bundle.path(type).isString()) {
        ObjectNode image = McpMessage.JSON.createObjectNode().put("type", "image");
        blocks.add(image.put("data", bundle.path(type).stringValue()).put("mimeType", type));
        return;
      }
    }
    displayed.append(bundle.path(TEXT).asString("")).append('\n');
  }

  private void link(JsonNode file, URI address) {
    String path = file.path("path").asString("");
    listed.append(path).append(" (").append(file.path("size").asLong(0)).append(" bytes)");
    if (!file.path("file_id").isString()) {
      listed.append(", not kept\n");
      return;
    }
    listed.append('\n');
    String at = address.resolve("/v1/files/" + file.path("file_id").stringValue()).toString();
    ObjectNode link = McpMessage.JSON.createObjectNode().put("type", "resource_link");
    link.put("uri", at).put("name", path).put("size", file.path("size").asLong(0));
    if (file.path("media_type").isString()) {
      link.put("mimeType", file.path("media_type").stringValue());
    }
    blocks.add(link);
  }

  /** A part of the reply that is JSON of its own; an empty array where it is not there. */
  private static JsonNode raw(JsonNode output, String name) {
    return output.has(name)
        ? McpMessage.JSON.readTree(output.path(name).toString())
        : McpMessage.JSON.createArrayNode();
  }
}
