package io.millrace.observability;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What Prometheus reads from some roles: the labels of each series, by metric. */
final class Scrape {

  private static final Pattern SERIES = Pattern.compile("([a-zA-Z_:]\\w*)(?:\\{(.*)})? \\S+");
  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\"");

  private static final Pattern HELP = Pattern.compile("# HELP (\\S+) ?(.*)");

  private final Map<String, List<Map<String, String>>> series = new HashMap<>();
  private final Map<String, String> helps = new TreeMap<>();

  /** Adds a scrape in the text format. */
  void add(String text) {
    text.lines()
        .map(HELP::matcher)
        .filter(Matcher::matches)
        .forEach(line -> helps.put(line.group(1), line.group(2).strip()));
    text.lines()
        .filter(line -> !line.startsWith("#"))
        .map(SERIES::matcher)
        .filter(Matcher::matches)
        .forEach(
            line ->
                series
                    .computeIfAbsent(line.group(1), name -> new ArrayList<>())
                    .add(labels(line.group(2) == null ? "" : line.group(2))));
  }

  /** The help text of each metric, empty where there is none. */
  Map<String, String> helps() {
    return helps;
  }

  boolean has(String metric) {
    return series.containsKey(metric);
  }

  /** Whether one series of the metric has this label, with this value unless that is empty. */
  boolean has(String metric, String label, String value) {
    return series.getOrDefault(metric, List.of()).stream()
        .map(labels -> labels.get(label))
        .anyMatch(found -> value.isEmpty() ? found != null : value.equals(found));
  }

  /** All labels of all series of the metrics with this prefix. */
  List<Map<String, String>> labelsOf(String prefix) {
    return series.entrySet().stream()
        .filter(each -> each.getKey().startsWith(prefix))
        .flatMap(each -> each.getValue().stream())
        .toList();
  }

  private static Map<String, String> labels(String text) {
    Map<String, String> labels = new HashMap<>();
    LABEL.matcher(text).results().forEach(each -> labels.put(each.group(1), each.group(2)));
    return labels;
  }
}
