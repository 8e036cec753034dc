package io.millrace.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.gateway.support.TestSettings;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GatewaySettingsTest {

  @Test
  void everyLimitHasADefault() {
    GatewaySettings settings = TestSettings.with();
    assertThat(settings.gateway().maxBody().toBytes()).isEqualTo(1 << 20);
    assertThat(settings.gateway().bodyTimeout()).isEqualTo(Duration.ofSeconds(20));
    assertThat(settings.gateway().keyLimits().queued()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "max-body, 4MB",
    "max-body, 0B",
    "body-memory, 1KB",
    "head-timeout, 0s",
    "body-timeout, 0s",
    "idle-timeout, 0s",
    "max-head, 1B",
    "max-connections, 0",
    "max-waiting, 0",
    "max-wait, 0s",
    "reply-beat, 0s",
    "max-retry-after, 1ms",
    "key-reload, 0s",
    "drain-delay, -1s",
    "confirm-timeout, 0s",
    "cors-origins, app.example.com",
    "cors-origins, https://app.example.com/path",
    "key-limits.queued, -1",
    "key-limits.running, -1",
    "key-limits.rate, -1"
  })
  void aWrongValueStopsTheStartWithItsName(String name, String value) {
    assertThatThrownBy(() -> TestSettings.with("gateway." + name, value))
        .rootCause()
        .hasMessageContaining("millrace.gateway." + name);
  }

  @ParameterizedTest
  @CsvSource({
    "compat, judge0",
    "compat, 'piston,judge0'",
    "compat-timeout, 0s",
    "compat-timeout, 301s",
  })
  void whatIsSpokenBesideItsOwnRoutesIsChecked(String name, String value) {
    assertThatThrownBy(() -> TestSettings.with(name, value))
        .rootCause()
        .hasMessageStartingWith("millrace." + name + " must be ");
  }
}
