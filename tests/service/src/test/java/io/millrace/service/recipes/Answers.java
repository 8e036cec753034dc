package io.millrace.service.recipes;

import java.util.Map;
import java.util.regex.Pattern;

/** Answers without what differs from one run to the next. */
final class Answers {

  private static final Map<Pattern, String> CHANGING =
      Map.of(
          Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "UUID",
          Pattern.compile("\"(pid|queue_id)\":\\d+"), "\"$1\":N",
          Pattern.compile("\"((?:run|queue|total)_time)\":[\\d.]+"), "\"$1\":SECONDS",
          Pattern.compile("\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z"), "TIME",
          Pattern.compile("\"build_number\":\"[^\"]+\""), "\"build_number\":VERSION");

  private Answers() {}

  static String steady(String answer) {
    String steady = answer.strip();
    for (Map.Entry<Pattern, String> each : CHANGING.entrySet()) {
      steady = each.getKey().matcher(steady).replaceAll(each.getValue());
    }
    return steady;
  }
}
