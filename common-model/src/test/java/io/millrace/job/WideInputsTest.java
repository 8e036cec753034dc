package io.millrace.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WideInputsTest {

  @Test
  void bytesAreThoseOfUtf8AndOfEveryInput() {
    String two = "\u00e9";
    assertThat(WideInputs.NONE.bytes()).as("**").isEqualTo(2);
    assertThat(
            new WideInputs(
                    two,
                    two,
                    List.of(two),
                    Map.of("A", two),
                    List.of(new WideInputs.GivenFile(two, "eA==")),
                    List.of(two, "*"),
                    64,
                    1,
                    null)
                .bytes())
        .isEqualTo(2 + 2 + 2 + 3 + 6 + 3);
  }
}
