package io.millrace.gateway.reply;

import java.nio.charset.StandardCharsets;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.util.RawValue;

/**
 * Reads a reply that this service minted. A program's result is passed on as the text it is: it may
 * be nested, long and numerous without bounds that a reader of strangers' JSON has, and nothing
 * here needs to understand it.
 */
public final class ReplyFields {

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(Integer.MAX_VALUE)
                  .maxNumberLength(Integer.MAX_VALUE)
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNameLength(Integer.MAX_VALUE)
                  .build())
          // A table of names is of no use for names that come once, and can be made to overflow.
          .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
          .build();

  private ReplyFields() {}

  /**
   * The reply's fields, and those of its {@code response}: strings, booleans and null as such, all
   * others, and the result, as raw JSON in one line.
   */
  public static ObjectNode read(byte[] body) {
    return read(new String(body, StandardCharsets.UTF_8));
  }

  /** The same of a reply that is text already. */
  public static ObjectNode read(String body) {
    char[] text = body.toCharArray();
    try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), text, 0, text.length)) {
      json.nextToken();
      return object(json, text);
    }
  }

  private static ObjectNode object(JsonParser json, char[] text) {
    ObjectNode fields = JsonNodeFactory.instance.objectNode();
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = json.currentName();
      JsonToken value = json.nextToken();
      if (value == JsonToken.START_OBJECT && name.equals("response")) {
        fields.set(name, object(json, text));
      } else if (value == JsonToken.VALUE_STRING && !name.equals("result")) {
        fields.put(name, json.getString());
      } else if (value.isBoolean()) {
        fields.put(name, value == JsonToken.VALUE_TRUE);
      } else if (value == JsonToken.VALUE_NULL) {
        fields.putNull(name);
      } else {
        fields.putRawValue(name, new RawValue(raw(json, text)));
      }
    }
    return fields;
  }

  private static String raw(JsonParser json, char[] text) {
    int from = (int) json.currentTokenLocation().getCharOffset();
    json.skipChildren();
    json.finishToken();
    int to = (int) json.currentLocation().getCharOffset();
    // A line break in JSON is never part of a value.
    return new String(text, from, to - from).replace('\n', ' ').replace('\r', ' ');
  }
}
