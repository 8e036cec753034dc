package io.millrace.webhook.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryScheduleTest {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private static final Duration LONGEST_WISH = Duration.ofHours(12);

  private final RetrySchedule even =
      new RetrySchedule(Duration.ofSeconds(5), LONGEST_WISH, () -> 0.5);

  @ParameterizedTest
  @CsvSource({"1, PT5S", "2, PT5M", "3, PT30M", "4, PT2H", "5, PT5H", "6, PT10H", "7, PT10H"})
  void theWaitsAddUpToADayAndAQuarter(int attempts, Duration wait) {
    assertThat(even.delayAfter(attempts, Optional.empty())).hasValue(wait);
  }

  @Test
  void theEighthAttemptIsTheLast() {
    assertThat(even.delayAfter(8, Optional.empty())).isEmpty();
    assertThat(even.delayAfter(8, Optional.of(Duration.ofSeconds(1)))).isEmpty();
  }

  @Test
  void waitsAreSpreadByAFifthToEitherSide() {
    RetrySchedule soonest = new RetrySchedule(Duration.ofSeconds(5), LONGEST_WISH, () -> 0);
    RetrySchedule latest =
        new RetrySchedule(Duration.ofSeconds(5), LONGEST_WISH, () -> Math.nextDown(1.0));

    assertThat(soonest.delayAfter(1, Optional.empty())).hasValue(Duration.ofSeconds(4));
    assertThat(latest.delayAfter(1, Optional.empty()).orElseThrow())
        .isBetween(Duration.ofMillis(5999), Duration.ofSeconds(6));
  }

  @Test
  void theBaseScalesTheWholeSchedule() {
    RetrySchedule small = new RetrySchedule(Duration.ofMillis(50), LONGEST_WISH, () -> 0.5);

    assertThat(small.delayAfter(1, Optional.empty())).hasValue(Duration.ofMillis(50));
    assertThat(small.delayAfter(2, Optional.empty())).hasValue(Duration.ofSeconds(3));
  }

  @ParameterizedTest
  @CsvSource({
    "PT1S, PT5S",
    "PT7S, PT7S",
    "PT2M, PT2M",
    "PT11H, PT11H",
    "PT13H, PT12H",
    "PT-3S, PT5S"
  })
  void theReceiversWishIsHonouredUpToTheLongestAndNeverSoonerThanTheSchedule(
      Duration asked, Duration wait) {
    assertThat(even.delayAfter(1, Optional.of(asked))).hasValue(wait);
  }

  @ParameterizedTest
  @CsvSource({
    "120, PT2M",
    "' 7 ', PT7S",
    "'Thu, 01 Jan 2026 00:00:30 GMT', PT30S",
    "soon,",
    "-1,",
    "99999999999999999999,"
  })
  void retryAfterIsSecondsOrADate(String value, Duration wait) {
    assertThat(RetryAfterHeader.parse(value, NOW)).isEqualTo(Optional.ofNullable(wait));
  }
}
