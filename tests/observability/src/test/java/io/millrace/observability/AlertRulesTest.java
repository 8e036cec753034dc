package io.millrace.observability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.millrace.observability.AlertRules.Rule;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AlertRulesTest {

  private static final List<Rule> RULES = AlertRules.read().rules();

  @Test
  void eachAlertHasANameOfItsOwnAndSaysWhatIsWrongAndHowBadItIs() {
    assertThat(RULES).isNotEmpty();
    assertThat(RULES.stream().map(Rule::alert)).doesNotHaveDuplicates();
    assertThat(RULES)
        .allSatisfy(
            rule -> {
              assertThat(rule.alert()).matches("Millrace[A-Za-z]+");
              assertThat(rule.expression()).isNotBlank();
              assertThat(rule.severity()).isIn("warning", "critical");
              assertThat(rule.summary()).hasSizeGreaterThan(20);
              assertThat(rule.runbook()).isEqualTo("docs/operations.md#alerts");
            });
  }

  @Test
  void theReadmeSaysWhatToDoAboutEachAlert() {
    String page = Folder.read(Folder.PAGE);

    assertThat(RULES).allSatisfy(rule -> assertThat(page).contains("`" + rule.alert() + "`"));
  }

  @Test
  void prometheusFiresEachAlertInItsTroubleAndNoneInHealth() throws Exception {
    Optional<String> promtool = promtool();
    assumeTrue(promtool.isPresent(), "promtool (Debian's package prometheus) is not installed");

    assertRuns(promtool.get(), "check", "rules", Folder.ALERTS.toString());
    assertRuns(promtool.get(), "test", "rules", "src/test/resources/alerts-test.yml");
  }

  private static Optional<String> promtool() {
    return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
        .map(folder -> Path.of(folder, "promtool"))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst();
  }

  private static void assertRuns(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
  }
}
