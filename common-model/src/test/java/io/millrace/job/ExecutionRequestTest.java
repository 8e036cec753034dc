package io.millrace.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ExecutionRequestTest {

  private static final ExecutionRequest REQUEST =
      new ExecutionRequest("code", 1, "http://hook", "id", WideInputs.NONE, List.of("numpy"));

  @Test
  void noChangeLosesThePackagesThatItAsksFor() {
    assertThat(REQUEST.with(WideInputs.NONE).dependencies()).containsExactly("numpy");
    assertThat(REQUEST.withoutCode().dependencies()).containsExactly("numpy");
    assertThat(REQUEST.withoutWebhook().dependencies()).containsExactly("numpy");
  }

  @Test
  void packagesChangeNothingElse() {
    assertThat(REQUEST.withDependencies(List.of()).withDependencies(List.of("numpy")))
        .isEqualTo(REQUEST);
  }
}
