package io.millrace.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.util.unit.DataSize;

class QueueSettingsTest {

  @Test
  void eachSettingHasItsStatedDefault() {
    assertThat(bind(Map.of()))
        .isEqualTo(
            new QueueSettings(
                10_000,
                Duration.ofSeconds(15),
                3,
                Duration.ofDays(7),
                Duration.ofHours(1),
                Duration.ofDays(7),
                Duration.ofHours(24),
                DataSize.ofMegabytes(4),
                DataSize.ofKilobytes(32),
                DataSize.ofGigabytes(4),
                false));
  }

  @ParameterizedTest
  @CsvSource({
    "max-length, -1",
    "lease, 999ms",
    "max-faults, 0",
    "retention, 59s",
    "result-ttl, 999ms",
    "dead-ttl, 0s",
    "idempotency-ttl, -1s",
    "max-reply, 4095B",
    "max-reply, 10MB",
    "large-reply, -1B",
    "max-bytes, 1000KB"
  })
  void aValueOutOfRangeIsRefusedByName(String name, String value) {
    assertThatThrownBy(() -> bind(Map.of("millrace.queue." + name, value)))
        .rootCause()
        .hasMessageContaining("millrace.queue." + name);
  }

  private static QueueSettings bind(Map<String, String> properties) {
    return new Binder(new MapConfigurationPropertySource(properties))
        .bindOrCreate("millrace.queue", QueueSettings.class);
  }
}
