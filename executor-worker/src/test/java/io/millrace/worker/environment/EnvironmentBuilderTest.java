package io.millrace.worker.environment;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EnvironmentBuilderTest {

  @ParameterizedTest
  @CsvSource({"1, 1", "2, 2", "3, 4", "5, 16", "6, 30", "7, 30", "2147483647, 30"})
  void whatFailsAgainAndAgainIsTriedLessAndLessOften(int failures, int seconds) {
    assertThat(EnvironmentBuilder.pauseAfter(failures)).isEqualTo(Duration.ofSeconds(seconds));
  }
}
