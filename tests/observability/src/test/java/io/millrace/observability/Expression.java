package io.millrace.observability;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a PromQL expression asks for, as far as our dashboard and rules go: no subquery, no offset,
 * no metric named by a label.
 */
final class Expression {

  /** A label that a metric is asked for; an empty value is any. */
  record Asked(String metric, String label, String value) {}

  private static final Pattern SELECTOR = Pattern.compile("([a-zA-Z_:][\\w:]*)\\{([^}]*)}");
  private static final Pattern MATCHER = Pattern.compile("(\\w+)\\s*(=~|!~|!=|=)\\s*\"([^\"]*)\"");
  private static final Pattern GROUPING =
      Pattern.compile("\\b(?:by|without|on|ignoring)\\s*\\(([^)]*)\\)");
  private static final Pattern RANGE = Pattern.compile("\\[[^]]*]");
  private static final Pattern WORD =
      Pattern.compile("(?<![\\w:.])[a-zA-Z_:][\\w:]*(?![\\w:]|\\s*\\()");
  private static final Set<String> KEYWORDS =
      Set.of("and", "or", "unless", "bool", "group_left", "group_right");

  private final Set<String> metrics = new TreeSet<>();
  private final Set<String> groupings = new TreeSet<>();
  private final List<Asked> matchers = new ArrayList<>();

  Expression(String text) {
    SELECTOR.matcher(text).results().forEach(this::readSelector);
    String rest = SELECTOR.matcher(text).replaceAll("$1");
    GROUPING.matcher(rest).results().forEach(each -> groupings.addAll(words(each.group(1))));
    rest = RANGE.matcher(GROUPING.matcher(rest).replaceAll(" ")).replaceAll(" ");
    metrics.addAll(words(rest));
    metrics.removeAll(KEYWORDS);
  }

  /** Every metric that is named. */
  Set<String> metrics() {
    return metrics;
  }

  /** Every label that results are grouped by. */
  Set<String> groupings() {
    return groupings;
  }

  /** What must be there for the expression ever to say something. */
  List<Asked> matchers() {
    return matchers;
  }

  private void readSelector(MatchResult selector) {
    Matcher each = MATCHER.matcher(selector.group(2));
    while (each.find()) {
      String value = each.group(2).equals("=") ? each.group(3) : "";
      matchers.add(new Asked(selector.group(1), each.group(1), value));
    }
  }

  private static List<String> words(String text) {
    return WORD.matcher(text).results().map(MatchResult::group).toList();
  }
}
