package io.millrace.webhook.delivery;

import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.json.JsonMapper;

/** The form of attempts and markers in Redis and in the log; fields it doesn't know are left. */
final class AttemptJson {

  static final JsonMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  private AttemptJson() {}

  static String write(Attempt attempt) {
    return JSON.writeValueAsString(attempt);
  }

  static Attempt read(String text) {
    return JSON.readValue(text, Attempt.class);
  }
}
