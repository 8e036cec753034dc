package io.millrace.packages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.packages.ScriptBlock.BadBlockException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScriptBlockTest {

  @Test
  void theExampleOfTheSpecificationIsRead() throws BadBlockException {
    String code =
        """
        #!/usr/bin/env python
        # /// script
        # requires-python = ">=3.11"
        # dependencies = [
        #   "requests<3",
        #   "rich",
        # ]
        #
        # [tool.black]
        # line-length = 1
        # ///
        import requests
        """;
    ScriptBlock expected = new ScriptBlock(List.of("requests<3", "rich"), ">=3.11");
    assertThat(ScriptBlock.of(code)).hasValue(expected);
    assertThat(ScriptBlock.of(code.replace("\n", "\r\n"))).hasValue(expected);
  }

  @Test
  void aBlockWithNothingInItAsksForNothing() throws BadBlockException {
    assertThat(ScriptBlock.of("# /// script\n#\n# ///")).hasValue(new ScriptBlock(List.of(), null));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "print('# /// script')",
        "# /// script\n# dependencies = []\n",
        "# /// script\n# ///",
        "# /// script\n#dependencies = []\n# ///",
        "# /// script \n# dependencies = []\n# ///",
        " # /// script\n # dependencies = []\n # ///",
        "# /// other\n# dependencies = 7\n# ///\n# /// script",
        "# /// script\n\n# dependencies = 7\n# ///",
      })
  void whatTheExpressionDoesNotFindIsAComment(String code) throws BadBlockException {
    assertThat(ScriptBlock.of(code)).isEmpty();
  }

  @Test
  void aBlockEndsAtTheLastClosingLineOfItsComments() throws BadBlockException {
    String code = "# /// script\n# a = '''\n# ///\n# '''\n# dependencies = ['x']\n# ///\n# more";
    assertThat(ScriptBlock.of(code)).hasValue(new ScriptBlock(List.of("x"), null));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "# /// script\n# dependencies = []\n# ///\n\n# /// script\n# dependencies = []\n# ///",
        "# /// script\n# dependencies = [\n# ///",
        "# /// script\n# dependencies = []\n# dependencies = []\n# ///",
        "# /// script\n# dependencies = 'x'\n# ///",
        "# /// script\n# dependencies = [1]\n# ///",
        "# /// script\n# requires-python = 3\n# ///",
      })
  void aBlockThatSaysNothingUsableIsRefused(String code) {
    assertThatThrownBy(() -> ScriptBlock.of(code)).isInstanceOf(BadBlockException.class);
  }

  @Test
  void aBlockThatIsDeepOrLargeIsRefusedAndNoMore() {
    for (String toml :
        List.of(
            "x = " + "[".repeat(200_000),
            "x = " + "{a=".repeat(200_000),
            "[" + "a.".repeat(100_000) + "a]",
            "a.".repeat(100_000) + "a = 1",
            "x = " + "9".repeat(500_000),
            "x = 1e999999999999",
            "dependencies = " + "[".repeat(100) + "]".repeat(100))) {
      String code = "# /// script\n# " + toml + "\n# ///\n";
      assertThatThrownBy(() -> ScriptBlock.of(code))
          .as("%.20s", toml)
          .isInstanceOf(BadBlockException.class)
          .hasMessageContaining("script block");
    }
  }

  @Test
  void aLongProgramIsReadWithoutAStackOfItsLength() throws BadBlockException {
    String code = "# /// script\n" + "# a\n".repeat(200_000) + "x";
    assertThat(ScriptBlock.of(code)).isEmpty();
  }
}
