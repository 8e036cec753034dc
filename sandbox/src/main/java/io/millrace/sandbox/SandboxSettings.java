package io.millrace.sandbox;

import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What sandboxes are made by: the interpreter, and the fields of {@code settings.schema.json},
 * which says what each one means, is by default and must be. Immutable.
 */
public final class SandboxSettings {

  private final String python;
  private final ObjectNode given;

  private SandboxSettings(String python, ObjectNode given) {
    this.python = python;
    this.given = given;
  }

  /**
   * @param python the interpreter, by path or name; also the one that jobs see
   * @param given fields that are not to be as the schema has them, by their names there; sizes are
   *     bytes
   * @throws IllegalArgumentException for one that is not what it must be; it says what that is, by
   *     the name that an operator knows
   */
  public static SandboxSettings of(String python, Map<String, ?> given) {
    return new SandboxSettings(python, SettingsSchema.checked(given));
  }

  String python() {
    return python;
  }

  /** The weakest tier to work with: {@code strong} or {@code fallback}. */
  String require() {
    return field("require").asString();
  }

  /** Bytes that one job may use. */
  public long memory() {
    return number("memory_bytes");
  }

  /** One of the fields that are numbers. */
  long number(String field) {
    return field(field).asLong();
  }

  /** A field as it is given, or by default. */
  JsonNode field(String name) {
    return given.has(name) ? given.path(name) : SettingsSchema.standard(name);
  }

  /** For the SETTINGS frame of one slot. */
  Map<String, Object> of(int slot, String tier) {
    Map<String, Object> told = new LinkedHashMap<>(told());
    told.put("slot", slot);
    told.put("tier", tier);
    return told;
  }

  /** What the helper is told: it knows the same defaults. */
  Map<String, Object> told() {
    Map<String, Object> told = new LinkedHashMap<>();
    given.forEachEntry(told::put);
    return told;
  }
}
