package io.millrace.gateway.request;

import io.millrace.gateway.error.ApiError;
import io.millrace.gateway.error.Checked;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.UnexpectedEndOfInputException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * JSON by RFC 8259 and nothing wider: UTF-8 without a flaw, one value, each name once, with bounds
 * on depth and on the length of numbers and names. A byte order mark is passed over. Thread-safe.
 */
public final class StrictJson {

  private static final char BYTE_ORDER_MARK = '\uFEFF';
  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(1000)
                          .maxNumberLength(1000)
                          .maxNameLength(50_000)
                          .build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  /** For a value with others behind it. */
  private static final JsonMapper PARTS =
      MAPPER.rebuild().disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private StrictJson() {}

  /** The value of these bytes, or an error that says where they are no JSON. */
  public static Checked<JsonNode> read(byte[] bytes) {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return notJson("it is not UTF-8 throughout");
    }
    if (!text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK) {
      text = text.substring(1);
    }
    if (text.isBlank()) {
      return notJson("it is empty");
    }
    try {
      return Checked.passed(MAPPER.readTree(text));
    } catch (JacksonException e) {
      return notJson(cause(e) + place(e.getLocation()));
    } catch (NumberFormatException e) {
      // The parser lets it through where an exponent is beyond all bounds.
      return notJson("it has a number that is too large");
    }
  }

  /**
   * An object, and the items of one array of it.
   *
   * @param json the object; in place of the array one of as many nulls
   * @param items the items as they were written, in UTF-8
   */
  record Apart(JsonNode json, List<String> items) {}

  /**
   * Reads an object one array of which is not taken apart: as a tree it may take many times its
   * bytes. Beyond {@code most} items none is kept.
   */
  static Checked<Apart> readApart(byte[] bytes, String name, int most) {
    if (!isUtf8(bytes)) {
      return notJson("it is not UTF-8 throughout");
    }
    int start = startsWithMark(bytes) ? 3 : 0;
    // The parser would take it for another encoding.
    if (bytes.length >= start + 2 && (bytes[start] == 0 || bytes[start + 1] == 0)) {
      return notJson("unexpected text");
    }
    try (JsonParser parser = PARTS.createParser(bytes, start, bytes.length - start)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return read(bytes).then(json -> Checked.passed(new Apart(json, List.of())));
      }
      List<String> items = new ArrayList<>();
      ObjectNode object = PARTS.createObjectNode();
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        String property = parser.currentName();
        boolean apart = parser.nextToken() == JsonToken.START_ARRAY && property.equals(name);
        object.set(
            property, apart ? items(parser, bytes, start, items, most) : PARTS.readTree(parser));
      }
      return parser.nextToken() == null
          ? Checked.passed(new Apart(object, items))
          : notJson("unexpected text" + place(parser.currentTokenLocation()));
    } catch (JacksonException e) {
      return notJson(cause(e) + place(e.getLocation()));
    } catch (NumberFormatException e) {
      return notJson("it has a number that is too large");
    }
  }

  private static ArrayNode items(
      JsonParser parser, byte[] bytes, int start, List<String> items, int most) {
    ArrayNode places = PARTS.createArrayNode();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      long from = parser.currentTokenLocation().getByteOffset();
      parser.skipChildren();
      parser.finishToken();
      long to = parser.currentLocation().getByteOffset();
      if (items.size() < most) {
        items.add(
            new String(bytes, start + (int) from, (int) (to - from), StandardCharsets.UTF_8)
                .trim());
      }
      if (places.size() <= most) {
        places.addNull();
      }
    }
    return places;
  }

  private static boolean isUtf8(byte[] bytes) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(8192);
    CoderResult result;
    do {
      out.clear();
      result = decoder.decode(in, out, true);
    } while (result.isOverflow());
    return !result.isError();
  }

  private static boolean startsWithMark(byte[] bytes) {
    return bytes.length >= 3
        && bytes[0] == (byte) 0xEF
        && bytes[1] == (byte) 0xBB
        && bytes[2] == (byte) 0xBF;
  }

  private static <T> Checked<T> notJson(String why) {
    return Checked.refused(ApiError.invalid("The body is not valid JSON: " + why));
  }

  private static String cause(JacksonException e) {
    if (e instanceof StreamConstraintsException) {
      return "it is nested too deeply, or has too long a number or name";
    }
    if (e instanceof UnexpectedEndOfInputException) {
      return "it ends too early";
    }
    return String.valueOf(e.getOriginalMessage()).startsWith("Duplicate")
        ? "a name comes twice in one object"
        : "unexpected text";
  }

  private static String place(@Nullable TokenStreamLocation place) {
    return place == null || place.getLineNr() < 1
        ? ""
        : " at line " + place.getLineNr() + ", column " + place.getColumnNr();
  }
}
