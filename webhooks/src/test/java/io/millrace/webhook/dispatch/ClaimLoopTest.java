package io.millrace.webhook.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ClaimLoopTest {

  private static final Duration BEAT = Duration.ofMillis(100);

  @Test
  void whileNoneIsPendingItLooksOnceASecond() {
    assertThat(ClaimLoop.seldom(BEAT, Duration.ofSeconds(5))).isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void aFirstRetryIsDueAfterTheNextLookHoweverSoonItComes() {
    Duration soonest = Duration.ofMillis(500).multipliedBy(4).dividedBy(5);
    assertThat(ClaimLoop.seldom(BEAT, Duration.ofMillis(500))).isLessThan(soonest);
  }

  @Test
  void itNeverLooksMoreOftenThanItsBeat() {
    assertThat(ClaimLoop.seldom(BEAT, Duration.ofMillis(20))).isEqualTo(BEAT);
    assertThat(ClaimLoop.seldom(Duration.ofSeconds(3), Duration.ofSeconds(5)))
        .isEqualTo(Duration.ofSeconds(3));
  }
}
