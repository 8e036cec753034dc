package io.millrace.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SettingsPageTest {
  private static final Path PAGE = Project.file("docs/settings.md");
  private static final String REGENERATE =
      "docs/settings.md does not say what the settings records say; write it anew and commit it:"
          + " mvn -pl tests/deploy -am test -Dtest=SettingsPageTest"
          + " -Dsurefire.failIfNoSpecifiedTests=false -Dsettings.page=write";
  private static final Pattern VARIABLE = Pattern.compile("\\bMILLRACE_[A-Z_]+[A-Z]\\b");
  private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{(millrace\\.[a-z.-]+)");

  @Test
  void thePageHasARowForEachSettingOfEachRole() throws IOException {
    String page = Files.readString(PAGE);
    String written = page.substring(0, page.indexOf(SettingsPage.BEGIN));
    SettingsPage settings = SettingsPage.ofThisBuild();
    String whole = written + settings.text();

    assertThat(settings.undescribed())
        .as("settings without a meaning: add an @param to the Javadoc of their record")
        .isEmpty();
    if ("write".equals(System.getProperty("settings.page"))) {
      Files.writeString(PAGE, whole);
    }
    assertThat(Files.readString(PAGE)).as(REGENERATE).isEqualTo(whole);
  }

  @Test
  void whatNoRecordHasIsOnThePageToo() throws IOException {
    String page = Files.readString(PAGE);
    TreeSet<String> names =
        Stream.of("millrace", "docker-compose.yml")
            .map(Project::text)
            .flatMap(text -> VARIABLE.matcher(text).results().map(MatchResult::group))
            .collect(Collectors.toCollection(TreeSet::new));
    for (String sources :
        new String[] {"common-model", "webhooks", "api-gateway", "executor-worker"}) {
      try (Stream<Path> files = Files.walk(Project.file(sources + "/src/main"))) {
        for (Path file :
            files.filter(each -> each.toString().matches(".*\\.(java|yml)")).toList()) {
          PLACEHOLDER
              .matcher(Files.readString(file))
              .results()
              .map(placeholder -> SettingsPage.environment(placeholder.group(1)))
              .forEach(names::add);
        }
      }
    }
    assertThat(names)
        .as("settings that docs/settings.md does not name: add them above its generated part")
        .allSatisfy(name -> assertThat(canonical(page)).contains(canonical(name)));
  }

  /** A variable may be written with underscores for dashes, and mean the same. */
  private static String canonical(String text) {
    return text.replace("_", "");
  }
}
