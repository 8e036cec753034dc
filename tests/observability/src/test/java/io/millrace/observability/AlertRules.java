package io.millrace.observability;

import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.Yaml;

/** The rules of {@code alerts.yml}, as Prometheus reads them. */
record AlertRules(List<Group> groups) {

  record Group(String name, List<Rule> rules) {}

  /** One alert; what it does not have is empty. */
  record Rule(String alert, String expression, String severity, String summary, String runbook) {}

  static AlertRules read() {
    Map<String, List<Map<String, Object>>> file = new Yaml().load(Folder.read(Folder.ALERTS));
    return new AlertRules(file.get("groups").stream().map(AlertRules::group).toList());
  }

  List<Rule> rules() {
    return groups.stream().flatMap(group -> group.rules().stream()).toList();
  }

  @SuppressWarnings("unchecked") // The types of a parsed file are its reader's claim.
  private static Group group(Map<String, Object> group) {
    List<Map<String, Object>> rules = (List<Map<String, Object>>) group.get("rules");
    return new Group((String) group.get("name"), rules.stream().map(AlertRules::rule).toList());
  }

  private static Rule rule(Map<String, Object> rule) {
    return new Rule(
        (String) rule.get("alert"),
        (String) rule.get("expr"),
        entry(rule, "labels", "severity"),
        entry(rule, "annotations", "summary"),
        entry(rule, "annotations", "runbook_url"));
  }

  @SuppressWarnings("unchecked") // As above.
  private static String entry(Map<String, Object> rule, String map, String name) {
    return ((Map<String, String>) rule.getOrDefault(map, Map.of())).getOrDefault(name, "");
  }
}
