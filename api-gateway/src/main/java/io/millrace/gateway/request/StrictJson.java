package io.millrace.gateway.request;

import io.millrace.gateway.error.ApiError;
import io.millrace.gateway.error.Checked;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.UnexpectedEndOfInputException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * JSON by RFC 8259 and nothing wider: UTF-8 without a flaw, one value, each name once, with bounds
 * on depth and on the length of numbers and names. A byte order mark is passed over. Thread-safe.
 */
final class StrictJson {

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

  private StrictJson() {}

  /** The value of these bytes, or an error that says where they are no JSON. */
  static Checked<JsonNode> read(byte[] bytes) {
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
      return notJson(cause(e) + place(e));
    } catch (NumberFormatException e) {
      // The parser lets it through where an exponent is beyond all bounds.
      return notJson("it has a number that is too large");
    }
  }

  private static Checked<JsonNode> notJson(String why) {
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

  private static String place(JacksonException e) {
    TokenStreamLocation place = e.getLocation();
    return place == null || place.getLineNr() < 1
        ? ""
        : " at line " + place.getLineNr() + ", column " + place.getColumnNr();
  }
}
