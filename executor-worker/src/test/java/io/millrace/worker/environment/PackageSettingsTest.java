package io.millrace.worker.environment;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;

class PackageSettingsTest {

  private static final DataSize ENOUGH = DataSize.ofGigabytes(1);

  @Test
  void twoUsersOfOneMachineDoNotShareAFolder() {
    PackageSettings settings =
        new PackageSettings(
            URI.create("https://pypi.org/simple"),
            false,
            1,
            Duration.ofMinutes(1),
            ENOUGH,
            1,
            null,
            ENOUGH);

    assertThat(settings.place())
        .isEqualTo(
            Path.of(
                System.getProperty("java.io.tmpdir"),
                "millrace-environments-" + System.getProperty("user.name")));
  }
}
