package io.millrace.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StandaloneSettingsTest {
  @Test
  void whatIsNotSetHasItsStatedDefault() {
    assertThat(StandaloneSettings.from(Map.of("MILLRACE_KAFKA_PORT", " ")))
        .isEqualTo(
            new StandaloneSettings(Path.of(".millrace").toAbsolutePath(), 9092, 6379, 8080, 9090));
  }

  @Test
  void whatIsSetIsUsed() {
    assertThat(
            StandaloneSettings.from(
                Map.of(
                    "MILLRACE_DATA_DIR", "/data/millrace",
                    "MILLRACE_KAFKA_PORT", "1",
                    "MILLRACE_REDIS_PORT", "2",
                    "SERVER_PORT", "3",
                    "MANAGEMENT_SERVER_PORT", "4")))
        .isEqualTo(new StandaloneSettings(Path.of("/data/millrace"), 1, 2, 3, 4));
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "-1", "65536", "80.5"})
  void aPortThatIsNoneStopsTheStartWithItsName(String port) {
    assertThatThrownBy(() -> StandaloneSettings.from(Map.of("SERVER_PORT", port)))
        .isInstanceOf(UnusableSettingException.class)
        .hasMessage("SERVER_PORT: '" + port + "' is no port; it must be a number from 0 to 65535");
  }

  @Test
  void aTakenPortStopsTheStartWithItsSettingsName() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("0.0.0.0"))) {
      int port = taken.getLocalPort();
      StandaloneSettings settings =
          StandaloneSettings.from(
              Map.of(
                  "MILLRACE_KAFKA_PORT", "0",
                  "MILLRACE_REDIS_PORT", "0",
                  "MANAGEMENT_SERVER_PORT", "0",
                  "SERVER_PORT", "" + port));

      assertThatThrownBy(() -> settings.withPortsOf(new PortReservations()))
          .isInstanceOf(UnusableSettingException.class)
          .hasMessage(
              "SERVER_PORT: Port %d on 127.0.0.1 is taken; stop what listens there, or set another"
                  + " port",
              port);
    }
  }
}
