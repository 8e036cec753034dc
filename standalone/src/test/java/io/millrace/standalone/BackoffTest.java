package io.millrace.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BackoffTest {
  private static final Duration SHORT_RUN = Duration.ofSeconds(59);

  @Test
  void thePauseDoublesUpToHalfAMinuteWhileRunsAreShort() {
    assertThat(
            Stream.iterate(Backoff.none(), last -> last.after(SHORT_RUN))
                .limit(8)
                .map(backoff -> backoff.pause().toSeconds()))
        .containsExactly(0L, 1L, 2L, 4L, 8L, 16L, 30L, 30L);
  }

  @Test
  void aRunOfAMinuteMakesThePauseShortAgain() {
    Backoff long30 = new Backoff(Duration.ofSeconds(30));

    assertThat(long30.after(Duration.ofMinutes(1)).pause()).isEqualTo(Duration.ofSeconds(1));
  }
}
