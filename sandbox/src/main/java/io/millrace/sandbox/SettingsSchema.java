package io.millrace.sandbox;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What each field of the SETTINGS frame is by default, and what it must be: {@code
 * settings.schema.json}, which the helper's {@code settings.py} reads too. Immutable.
 */
final class SettingsSchema {

  private static final JsonMapper JSON = new JsonMapper();
  private static final ObjectNode FIELDS = read();
  private static final Map<String, Long> UNITS =
      Map.of("GB", 1L << 30, "MB", 1L << 20, "KB", 1L << 10);
  private static final List<String> LARGEST_FIRST = List.of("GB", "MB", "KB");

  private SettingsSchema() {}

  private static ObjectNode read() {
    try (InputStream in = SandboxFiles.resource("settings.schema.json").openStream()) {
      return JSON.readTree(in).withObject("properties");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What is given, each of it a field that is as it must be. */
  static ObjectNode checked(Map<String, ?> given) {
    ObjectNode checked = JSON.valueToTree(given);
    checked.forEachEntry(SettingsSchema::check);
    return checked;
  }

  /** The default of a field. */
  static JsonNode standard(String name) {
    return FIELDS.path(name).path("default");
  }

  private static void check(String name, JsonNode value) {
    JsonNode field = FIELDS.path(name);
    if (field.isMissingNode()) {
      throw new IllegalArgumentException("unknown setting " + name);
    }
    String wanted = wanted(field, value);
    if (!wanted.isEmpty()) {
      String said = value.isString() ? value.asString() : inWords(field, value);
      throw new IllegalArgumentException(
          field.path("x-setting").asString(name) + " must be " + wanted + ", but is " + said);
    }
  }

  /** What it must be where it is not; empty where it is. */
  private static String wanted(JsonNode field, JsonNode value) {
    if (field.has("enum")) {
      List<String> words = field.path("enum").valueStream().map(JsonNode::asString).toList();
      return value.isString() && words.contains(value.asString()) ? "" : either(words);
    }
    switch (field.path("type").asString()) {
      case "array" -> {
        boolean ofPaths = field.path("items").has("pattern");
        boolean good =
            isOfStrings(value)
                && (!ofPaths
                    || value.valueStream().allMatch(each -> each.asString().startsWith("/")));
        return good ? "" : ofPaths ? "a list of absolute paths" : "a list of names";
      }
      case "string" -> {
        return value.isString() ? "" : "a string";
      }
      default -> {
        boolean isCount =
            field.path("type").asString().equals("number")
                ? value.isNumber()
                : value.isIntegralNumber();
        boolean good = isCount && value.asDouble() >= field.path("minimum").asDouble();
        return good ? "" : inWords(field, field.path("minimum")) + " or more";
      }
    }
  }

  private static boolean isOfStrings(JsonNode value) {
    return value.isArray() && value.valueStream().allMatch(JsonNode::isString);
  }

  private static String either(List<String> words) {
    int last = words.size() - 1;
    return String.join(", ", words.subList(0, last)) + " or " + words.get(last);
  }

  /** A size as its operator writes one. */
  private static String inWords(JsonNode field, JsonNode value) {
    if (!field.path("x-unit").asString("").equals("bytes") || !value.isIntegralNumber()) {
      return value.toString();
    }
    long bytes = value.asLong();
    for (String unit : LARGEST_FIRST) {
      long size = UNITS.getOrDefault(unit, 1L);
      if (bytes >= size && bytes % size == 0) {
        return bytes / size + unit;
      }
    }
    return bytes + "B";
  }
}
