package io.millrace.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.job.JobState;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;

class EnumCountersTest {

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final EnumCounters<JobState> counters =
      new EnumCounters<>(
          meters, "ends", "state", EnumSet.of(JobState.SUCCEEDED, JobState.TIMED_OUT));

  @Test
  void eachCounterIsThereBeforeItsFirstEvent() {
    assertThat(meters.getMeters()).hasSize(2);
    assertThat(meters.get("ends").tag("state", "timed_out").counter().count()).isZero();
  }

  @Test
  void anEventIsCountedUnderItsOwnNameOnly() {
    counters.increment(JobState.TIMED_OUT);

    assertThat(meters.get("ends").tag("state", "timed_out").counter().count()).isEqualTo(1);
    assertThat(meters.get("ends").tag("state", "succeeded").counter().count()).isZero();
  }

  @Test
  void whatWasNotNamedIsNotCountedInSilence() {
    assertThatThrownBy(() -> counters.increment(JobState.RUNNING))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("RUNNING");
  }
}
