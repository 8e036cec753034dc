package io.millrace.rescue;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.queue.Lane;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LaneMarksTest {

  private final LaneMarks marks = new LaneMarks();

  @Test
  void theLatestTimeWhoseRecordsAreAllTakenCounts() {
    marks.add(10, Map.of(Lane.FIRST, 100L, Lane.BULK, 0L), Map.of());
    marks.add(20, Map.of(Lane.FIRST, 200L, Lane.BULK, 0L), Map.of());
    assertThat(marks.passed(Lane.FIRST, 99)).isZero();
    assertThat(marks.passed(Lane.FIRST, 100)).isEqualTo(10);
    assertThat(marks.passed(Lane.FIRST, 199)).isEqualTo(10);
    assertThat(marks.passed(Lane.FIRST, 200)).isEqualTo(20);
    assertThat(marks.passed(Lane.BULK, 0)).isEqualTo(20);
  }

  @Test
  void aBacklogOfADayStillFindsAMarkOfItsTime() {
    for (int i = 1; i <= 24 * 720; i++) {
      marks.add(i, Map.of(Lane.FIRST, (long) i), Map.of());
    }
    assertThat(marks.passed(Lane.FIRST, 2000)).isBetween(1L, 2000L);
    assertThat(marks.passed(Lane.FIRST, 24 * 720)).isEqualTo(24 * 720);
  }

  @Test
  void aLaneWhoseTopicWasMadeAnewForgetsWhatWasKnownOfItThoughItIsLongerNow() {
    marks.add(10, Map.of(Lane.FIRST, 100L), Map.of(Lane.FIRST, 0L));
    marks.add(20, Map.of(Lane.FIRST, 300L), Map.of(Lane.FIRST, 18L));
    assertThat(marks.cutAt(Lane.FIRST)).isEqualTo(20);
    assertThat(marks.passed(Lane.FIRST, 299)).isZero();
    assertThat(marks.passed(Lane.FIRST, 300)).isEqualTo(20);
  }

  @Test
  void aProcessThatStartsLaterKnowsSinceWhenTheTopicIsThere() {
    marks.add(30, Map.of(Lane.FIRST, 300L), Map.of(Lane.FIRST, 18L));
    assertThat(marks.cutAt(Lane.FIRST)).isEqualTo(18);
  }

  @Test
  void aLaneThatWasCutForgetsWhatWasKnownOfIt() {
    marks.add(10, Map.of(Lane.FIRST, 100L, Lane.BULK, 0L), Map.of());
    assertThat(marks.cutAt(Lane.FIRST)).isZero();
    marks.add(20, Map.of(Lane.FIRST, 3L, Lane.BULK, 0L), Map.of());
    assertThat(marks.cutAt(Lane.FIRST)).isEqualTo(20);
    assertThat(marks.cutAt(Lane.BULK)).isZero();
    assertThat(marks.passed(Lane.FIRST, 3)).isEqualTo(20);
    marks.add(30, Map.of(Lane.FIRST, 4L, Lane.BULK, 0L), Map.of());
    assertThat(marks.cutAt(Lane.FIRST)).isEqualTo(20);
  }
}
