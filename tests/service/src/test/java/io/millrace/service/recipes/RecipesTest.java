package io.millrace.service.recipes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.millrace.service.Service;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("services")
class RecipesTest {

  static Stream<Script> scripts() {
    return Stream.of("curl.md", "python.md", "javascript.md", "java.md", "go.md", "tools.md")
        .map(RecipePage::read)
        .flatMap(Script::of);
  }

  @Test
  void noScriptIsOverlooked() {
    assertThat(scripts()).hasSize(13);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("scripts")
  void aScriptGetsTheAnswerThatIsShown(Script script) throws Exception {
    assumeTrue(script.canRun(), "SKIPPED, NOT PASSED: " + script.needed() + " is not installed");
    assertThat(Answers.steady(script.run(Service.get())))
        .isEqualTo(Answers.steady(script.answer()));
  }
}
