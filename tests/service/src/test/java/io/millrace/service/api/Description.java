package io.millrace.service.api;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.dialect.Dialects;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The service's OpenAPI document, as its schemas see the world. */
final class Description {

  private static final JsonMapper JSON = new JsonMapper();
  private static final String AT = "https://millrace.test/openapi.json";
  private static final Set<String> METHODS = Set.of("get", "post", "put", "delete", "patch");

  private final JsonNode document;
  private final SchemaRegistry schemas;

  Description(String text) {
    this.document = JSON.readTree(text);
    this.schemas =
        SchemaRegistry.withDefaultDialect(
            Dialects.getOpenApi31(),
            builder ->
                builder
                    .schemas(Map.of(AT, text))
                    .schemaRegistryConfig(
                        SchemaRegistryConfig.builder().formatAssertionsEnabled(true).build()));
  }

  /** An example: where it stands, what it is of, and itself. */
  record Example(String at, String schema, JsonNode value) {}

  /** Every answer that it names: {@code get /v1/queue 200}. */
  Set<String> answers() {
    Set<String> all = new TreeSet<>();
    document
        .get("paths")
        .forEachEntry(
            (path, item) ->
                item.forEachEntry(
                    (method, operation) -> {
                      if (METHODS.contains(method)) {
                        operation
                            .get("responses")
                            .forEachEntry(
                                (status, answer) -> all.add(method + " " + path + " " + status));
                      }
                    }));
    return all;
  }

  /** The request examples of an operation, by name. */
  Map<String, JsonNode> requests(String method, String path) {
    Map<String, JsonNode> all = new java.util.TreeMap<>();
    document
        .at(operation(method, path) + "/requestBody/content/application~1json/examples")
        .forEachEntry((name, example) -> all.put(name, example.get("value")));
    return all;
  }

  /** Every example of JSON in it. */
  List<Example> examples() {
    return media("", document)
        .flatMap(
            at ->
                document
                    .at(at)
                    .path("examples")
                    .propertyStream()
                    .map(
                        example ->
                            new Example(
                                at + "/examples/" + example.getKey(),
                                at + "/schema",
                                example.getValue().get("value"))))
        .toList();
  }

  private static Stream<String> media(String at, JsonNode node) {
    return node.propertyStream()
        .flatMap(
            field -> {
              String below = at + "/" + field.getKey().replace("~", "~0").replace("/", "~1");
              return field.getKey().equals("application/json") && at.endsWith("/content")
                  ? Stream.of(below)
                  : media(below, field.getValue());
            });
  }

  /** The media type that it promises for an answer. */
  String mediaType(String method, String path, int status) {
    return document.at(answer(method, path, status) + "/content").propertyNames().stream()
        .findFirst()
        .orElse("");
  }

  /** What is wrong with an answer of JSON, a field that it does not name too. */
  List<String> flaws(String method, String path, int status, JsonNode body) {
    return flaws(answer(method, path, status) + "/content/application~1json/schema", body);
  }

  /** What is wrong with a value by the schema at a place of the document. */
  List<String> flaws(String schemaAt, JsonNode value) {
    JsonNode strict =
        JSON.createObjectNode()
            .put("$ref", AT + "#" + schemaAt)
            .put("unevaluatedProperties", false);
    Schema schema = schemas.getSchema(SchemaLocation.of(AT + "/strict" + schemaAt), strict);
    return schema.validate(value).stream().map(Object::toString).toList();
  }

  /** Where an answer is described, references followed. */
  private String answer(String method, String path, int status) {
    String at = operation(method, path) + "/responses/" + status;
    String reference = document.at(at).path("$ref").asString("");
    return reference.isEmpty() ? at : reference.substring(1);
  }

  private static String operation(String method, String path) {
    return "/paths/" + path.replace("/", "~1") + "/" + method;
  }
}
