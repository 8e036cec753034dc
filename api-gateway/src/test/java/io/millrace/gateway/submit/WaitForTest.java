package io.millrace.gateway.submit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class WaitForTest {

  private static final Duration MOST = Duration.ofMinutes(10);

  @Test
  void withoutAPreferenceACallerWaitsAsLongAsItMay() {
    assertThat(WaitFor.preferred(List.of(), MOST)).isEqualTo(new WaitFor(MOST, ""));
    assertThat(WaitFor.preferred(List.of("return=minimal", "wait=soon"), MOST).limit())
        .isEqualTo(MOST);
  }

  @Test
  void respondAsyncDoesNotWait() {
    assertThat(WaitFor.preferred(List.of("respond-async"), MOST).notAtAll()).isTrue();
    assertThat(WaitFor.preferred(List.of("return=minimal, Respond-Async"), MOST).notAtAll())
        .isTrue();
  }

  @Test
  void waitIsInSecondsAndGoesBeforeRespondAsync() {
    assertThat(WaitFor.preferred(List.of("respond-async, wait=10"), MOST).limit())
        .isEqualTo(Duration.ofSeconds(10));
    assertThat(WaitFor.preferred(List.of("WAIT = \"7\"; x=y"), MOST).limit())
        .isEqualTo(Duration.ofSeconds(7));
    assertThat(WaitFor.preferred(List.of("wait=0"), MOST).notAtAll()).isTrue();
  }

  @Test
  void nobodyWaitsLongerThanTheLimit() {
    assertThat(WaitFor.preferred(List.of("wait=999999999"), MOST).limit()).isEqualTo(MOST);
  }
}
