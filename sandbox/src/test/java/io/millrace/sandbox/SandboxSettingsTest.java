package io.millrace.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class SandboxSettingsTest {

  private static final JsonMapper JSON = new JsonMapper();

  /** The Python has the same cases. */
  static Stream<JsonNode> cases() {
    return JSON.readTree(Path.of("src/test/python/settings_cases.json")).valueStream();
  }

  @SuppressWarnings("unchecked")
  private static SandboxSettings settings(JsonNode given) {
    return SandboxSettings.of("python3", JSON.convertValue(given, Map.class));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void whatTheHelperWouldRefuseIsRefusedHereByTheSameSentence(JsonNode each) {
    if (each.path("error").isNull()) {
      assertThat(settings(each.path("given"))).isNotNull();
    } else {
      assertThatThrownBy(() -> settings(each.path("given")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(each.path("error").asString());
    }
  }

  @Test
  void whatIsNotGivenIsAsTheSchemaHasIt() {
    SandboxSettings settings = SandboxSettings.of("python3", Map.of("memory_bytes", 64 << 20));
    assertThat(settings.memory()).isEqualTo(64 << 20);
    assertThat(settings.require()).isEqualTo("strong");
    assertThat(settings.number("processes")).isEqualTo(64);
  }
}
