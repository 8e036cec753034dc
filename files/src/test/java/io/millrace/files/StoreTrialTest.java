package io.millrace.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class StoreTrialTest {

  private long now = -5;
  private final StoreTrial trial = new StoreTrial(() -> now);

  @Test
  void aStoreThatWorksIsAskedByAll() {
    assertThat(trial.mayAsk()).isTrue();
    assertThat(trial.mayAsk()).isTrue();
  }

  @Test
  void aStoreThatFailedIsAskedByOneAtATimeAfterAMoment() {
    trial.failed();
    assertThat(trial.mayAsk()).isFalse();
    pass(Duration.ofSeconds(2));
    assertThat(trial.mayAsk()).isTrue();
    assertThat(trial.mayAsk()).as("one asks already").isFalse();
    pass(Duration.ofSeconds(30));
    assertThat(trial.mayAsk()).as("who asked was killed, perhaps").isTrue();

    trial.worked();
    assertThat(trial.mayAsk()).isTrue();
    assertThat(trial.mayAsk()).isTrue();
  }

  private void pass(Duration time) {
    now += time.toNanos();
  }
}
