package io.millrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.e2e.rows.Row;
import io.millrace.e2e.rows.Rows;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChaosOptionsTest {

  @Test
  void withoutWordsItIsFiveMinutesWithASeedOfItsOwn() {
    ChaosOptions options = ChaosOptions.parse(List.of());

    assertThat(options.minutes()).isEqualTo(5);
    assertThat(options.rows()).isEmpty();
  }

  @Test
  void aSeedAndMinutesAreTaken() {
    ChaosOptions options = ChaosOptions.parse(List.of("--minutes", "30", "--seed", "42"));

    assertThat(options.minutes()).isEqualTo(30);
    assertThat(options.seed()).isEqualTo(42);
  }

  @Test
  void rowsAreTakenByNameAndAllAtOnce() {
    assertThat(ChaosOptions.parse(List.of("--row", "w2", "--row", "K1")).rows())
        .extracting(Row::id)
        .containsExactly("W2", "K1");
    assertThat(ChaosOptions.parse(List.of("--row", "all")).rows()).isEqualTo(Rows.all());
  }

  @ParameterizedTest
  @ValueSource(strings = {"--minutes", "--minutes 0", "--seed x", "--row Z9", "--colour red"})
  void wordsThatMakeNoSenseAreSaidSo(String words) {
    assertThatThrownBy(() -> ChaosOptions.parse(List.of(words.split(" "))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("null");
  }

  @Test
  void everyRowHasANameOfItsOwn() {
    assertThat(Rows.all()).extracting(Row::id).doesNotHaveDuplicates();
  }
}
