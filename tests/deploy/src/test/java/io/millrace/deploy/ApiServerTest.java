package io.millrace.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What the API server refuses is refused here, each fault in a copy of an overlay. */
class ApiServerTest {

  @ParameterizedTest(name = "{1} {2} = {3}")
  @MethodSource("faults")
  void aRefusedCopyIsCaught(
      String overlay, String object, String field, String value, String expected) {
    Overlay broken = Overlay.rendered("overlays/" + overlay).copy();
    String[] kindAndName = object.split(" ");
    put(broken.body(kindAndName[0], kindAndName[1]), JsonPointer.compile(field), value);
    assertThat(Rules.violatedBy(broken))
        .anySatisfy(violation -> assertThat(violation).contains("is refused: ").contains(expected));
  }

  static Stream<Arguments> faults() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            ApiServerTest.class.getResourceAsStream("/refused-by-the-api-server.txt"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
              .lines()
              .filter(line -> !line.startsWith("#"))
              .map(line -> line.split("\\|", -1))
              .map(parts -> Arguments.of(Stream.of(parts).map(String::strip).toArray()))
              .toList()
              .stream();
    }
  }

  private static void put(JsonNode body, JsonPointer field, String value) {
    JsonNode parent = body.at(field.head());
    JsonPointer last = field.last();
    JsonNode replacement = value.equals("-") ? null : JsonMapper.shared().readTree(value);
    if (parent instanceof ArrayNode list) {
      if (last.getMatchingIndex() == list.size()) {
        list.add(replacement);
      } else {
        list.set(last.getMatchingIndex(), replacement);
      }
    } else if (replacement == null) {
      ((ObjectNode) parent).remove(last.getMatchingProperty());
    } else {
      ((ObjectNode) parent).set(last.getMatchingProperty(), replacement);
    }
  }
}
