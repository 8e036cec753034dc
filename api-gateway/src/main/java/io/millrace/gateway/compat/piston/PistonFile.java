package io.millrace.gateway.compat.piston;

import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A file of a request.
 *
 * @param given {@code content}, and {@code name} and {@code encoding} where the client says so
 * @param index its place among the files, which names it where nothing else does
 */
record PistonFile(JsonNode given, int index) {

  private static final String BASE64 = "base64";
  private static final String HEX = "hex";

  /** What has no encoding, or one that Piston does not know, is text. */
  static boolean isText(JsonNode given) {
    String encoding = given.path("encoding").asString("");
    return !encoding.equals(BASE64) && !encoding.equals(HEX);
  }

  /** As an input of ours; empty where its content is not in its encoding. */
  Optional<ObjectNode> input() {
    String name = given.path("name").asString("");
    String path = name.isEmpty() ? "file" + index + ".code" : name.replaceFirst("^(\\./+)+", "");
    ObjectNode input = JsonNodeFactory.instance.objectNode().put("path", path);
    String content = given.path("content").stringValue();
    if (isText(given)) {
      return Optional.of(input.put("content", content));
    }
    try {
      byte[] bytes =
          given.path("encoding").asString("").equals(HEX)
              ? HexFormat.of().parseHex(content)
              : Base64.getMimeDecoder().decode(content.replace('-', '+').replace('_', '/'));
      return Optional.of(
          input.put("content", Base64.getEncoder().encodeToString(bytes)).put("encoding", BASE64));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
