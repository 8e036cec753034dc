package io.millrace.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class SandboxPropertiesTest {

  private static SandboxProperties bound(Map<String, String> given) {
    return new Binder(new MapConfigurationPropertySource(given))
        .bindOrCreate("millrace.sandbox", SandboxProperties.class);
  }

  @Test
  void theSandboxIsToldSizesInBytes() {
    assertThat(bound(Map.of("millrace.sandbox.memory", "100MB")).settings().memory())
        .isEqualTo(100 << 20);
  }

  @Test
  void aWrongSettingIsNamed() {
    assertThatThrownBy(() -> bound(Map.of("millrace.sandbox.require", "weak")))
        .rootCause()
        .hasMessage("millrace.sandbox.require must be strong or fallback, but is weak");
    assertThatThrownBy(() -> bound(Map.of("millrace.sandbox.memory", "32MB")))
        .rootCause()
        .hasMessage("millrace.sandbox.memory must be 64MB or more, but is 32MB");
  }
}
