package io.millrace.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionsTest {

  @Test
  void nothingSaidMeasuresEverythingForTheDocuments() {
    Options options = Options.parse();
    assertThat(options.only()).isEmpty();
    assertThat(options.url()).isEmpty();
    assertThat(options.loop()).isEqualTo(Duration.ofSeconds(10));
    assertThat(options.page()).hasToString("docs/benchmarks.md");
  }

  @Test
  void anotherEndpointIsAUrlWithHeadersAndABody() {
    Options options =
        Options.parse(
            "--url",
            "http://127.0.0.1:1/run",
            "--header",
            "A: b",
            "--header",
            "C: d",
            "--body",
            "${code}");
    assertThat(options.url()).hasValueSatisfying(url -> assertThat(url).hasPath("/run"));
    assertThat(options.headers()).containsExactly("A: b", "C: d");
    assertThat(options.body()).isEqualTo("${code}");
  }

  @ParameterizedTest
  @CsvSource({"--seconds,0", "--runs,many", "--burst,-1", "--nothing,1"})
  void aWrongOptionIsNamed(String option, String value) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Options.parse(option, value))
        .withMessageContaining(option);
  }

  @Test
  void everyOptionIsInTheUsage() {
    for (String option :
        new String[] {
          "--only",
          "--seconds",
          "--runs",
          "--burst",
          "--url",
          "--header",
          "--body",
          "--page",
          "--launcher"
        }) {
      assertThat(Options.usage()).contains(option);
    }
  }
}
