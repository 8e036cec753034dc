package io.millrace.e2e.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.e2e.soak.Vitals.OfRole;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SummaryTest {

  @Test
  void aFlatSoakIsClean() {
    assertThat(new Summary(1, minutes(9, 0, true)).isClean()).isTrue();
  }

  @Test
  void oneBrokenActIsEnough() {
    List<SoakMinute> minutes = minutes(9, 0, true);

    assertThat(
            new Summary(
                    1,
                    IntStream.range(0, 9)
                        .mapToObj(i -> i == 4 ? broken() : minutes.get(i))
                        .toList())
                .isClean())
        .isFalse();
  }

  @Test
  void descriptorsThatGrowAreNoticed() {
    Summary summary = new Summary(1, minutes(9, 10, true));

    assertThat(summary.isClean()).isFalse();
    assertThat(summary.markdown()).contains("worker-1's descriptors from 110 to 170");
  }

  @Test
  void thePageSaysHowToPlayItAgain() {
    assertThat(new Summary(42, minutes(3, 0, true)).markdown())
        .contains("./millrace chaos --minutes 3 --seed 42")
        .contains("| 2 | kill -9 worker-1 | 1.5 s | all well |");
  }

  private static SoakMinute broken() {
    return minutes(1, 0, false).get(0);
  }

  private static List<SoakMinute> minutes(int number, int growth, boolean clean) {
    return IntStream.range(0, number)
        .mapToObj(
            i ->
                new SoakMinute(
                    i + 1,
                    "kill -9 worker-1",
                    "all well",
                    clean,
                    Duration.ofMillis(1_500),
                    new Vitals(
                        Map.of("worker-1", new OfRole(50, 40, 100L + (long) growth * i, 6)), 20)))
        .toList();
  }
}
