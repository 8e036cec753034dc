package io.millrace.observability;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class DashboardTest {

  private static final Dashboard DASHBOARD = Dashboard.read();
  private static final int COLUMNS = 24;
  private static final Pattern LABEL_IN_LEGEND = Pattern.compile("\\{\\{\\s*(\\w+)\\s*}}");

  @Test
  void whoImportsItChoosesTheDataSource() {
    JsonNode variable = DASHBOARD.root().path("templating").path("list").path(0);
    assertThat(variable.path("type").asString()).isEqualTo("datasource");
    assertThat(variable.path("query").asString()).isEqualTo("prometheus");
    assertThat(variable.path("name").asString()).isEqualTo("datasource");

    assertThat(DASHBOARD.charts()).isNotEmpty();
    assertThat(DASHBOARD.charts().stream().map(panel -> panel.path("datasource")))
        .allSatisfy(source -> assertThat(source.path("uid").asString()).isEqualTo("${datasource}"));
    assertThat(DASHBOARD.targets().map(target -> target.path("datasource")))
        .allSatisfy(source -> assertThat(source.path("uid").asString()).isEqualTo("${datasource}"));
  }

  @Test
  void oneNamespaceOrJobCanBeLookedAtAlone() {
    assertThat(
            DASHBOARD
                .root()
                .at("/templating/list")
                .valueStream()
                .map(variable -> variable.path("name").asString()))
        .containsExactly("datasource", "namespace", "job");
    assertThat(DASHBOARD.expressions())
        .allSatisfy(
            text -> {
              Expression read = new Expression(text);
              assertThat(read.matchers().stream().filter(each -> each.label().equals("job")))
                  .as(text)
                  .hasSizeGreaterThanOrEqualTo(read.metrics().size());
              assertThat(text).contains("namespace=~\"$namespace\",job=~\"$job\"");
            });
  }

  @Test
  void noPanelLiesOnAnotherOrBesideTheGrid() {
    List<String> taken = new ArrayList<>();
    for (JsonNode panel : DASHBOARD.panels()) {
      JsonNode at = panel.path("gridPos");
      for (int x = at.path("x").asInt(); x < at.path("x").asInt() + at.path("w").asInt(); x++) {
        assertThat(x).isBetween(0, COLUMNS - 1);
        for (int y = at.path("y").asInt(); y < at.path("y").asInt() + at.path("h").asInt(); y++) {
          taken.add(x + "," + y);
        }
      }
    }
    assertThat(taken).isNotEmpty().doesNotHaveDuplicates();
    assertThat(DASHBOARD.panels().stream().map(panel -> panel.path("id").asInt()))
        .doesNotHaveDuplicates();
  }

  @Test
  void eachLineOfAChartIsNamedByLabelsThatItsExpressionKeeps() {
    for (JsonNode target : (Iterable<JsonNode>) DASHBOARD.targets()::iterator) {
      String expression = target.path("expr").asString();
      String legend = target.path("legendFormat").asString();
      assertThat(legend).as(expression).isNotBlank();
      List<String> labels =
          LABEL_IN_LEGEND
              .matcher(legend)
              .results()
              .map((MatchResult each) -> each.group(1))
              .toList();
      Expression read = new Expression(expression);
      if (!read.groupings().isEmpty() || expression.matches("(sum|max|min|count)\\(.*")) {
        assertThat(read.groupings()).as(expression).containsAll(labels);
      }
    }
  }
}
