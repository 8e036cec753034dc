package io.millrace.deploy.server;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** A place in an object, with its path for people; what is wrong with it is told to one list. */
record Field(String path, JsonNode node, List<String> refusals) {

  Field at(String name) {
    return new Field(path.isEmpty() ? name : path + "." + name, node.path(name), refusals);
  }

  /** Its elements when it is a list; nothing when it is not there. */
  Stream<Field> each() {
    List<Field> elements = new ArrayList<>();
    for (JsonNode element : node) {
      elements.add(new Field(path + "[" + elements.size() + "]", element, refusals));
    }
    return elements.stream();
  }

  /** Its values when it is a map. */
  Stream<Field> values() {
    return names().map(this::at);
  }

  Stream<String> names() {
    return node.propertyNames().stream();
  }

  boolean isThere() {
    return !node.isMissingNode() && !node.isNull();
  }

  boolean isEmpty() {
    return node.isEmpty() && text().isEmpty();
  }

  /** Empty where it is not there. */
  String text() {
    return node.asString("");
  }

  boolean isTrue() {
    return node.asBoolean(false);
  }

  void refuse(String why) {
    refusals.add(path + ": " + (node.isValueNode() ? node + " " : "") + why);
  }

  void required() {
    if (isEmpty()) {
      refuse("is required");
    }
  }

  void requiredAs(Form form) {
    required();
    is(form);
  }

  /** Where it is there it has that form. */
  void is(Form form) {
    if (!isEmpty() && !form.fits(text())) {
      refuse("is no " + form.what());
    }
  }

  void oneOf(String... allowed) {
    if (isThere() && !List.of(allowed).contains(text())) {
      refuse("is none of " + List.of(allowed));
    }
  }

  /** Both bounds are allowed. */
  void within(long least, long most) {
    if (isThere() && (!node.isIntegralNumber() || node.asLong() < least || node.asLong() > most)) {
      refuse("is not between " + least + " and " + most);
    }
  }

  /** Exactly one of these fields is there. */
  void exactlyOneOf(List<String> fields) {
    List<String> there = fields.stream().filter(each -> at(each).isThere()).toList();
    if (there.size() != 1) {
      refuse("must have exactly one of " + fields + ", not " + there);
    }
  }

  /** No two elements have the same value of a field; those without it do not count. */
  void unique(String... fields) {
    Set<List<String>> seen = new HashSet<>();
    each()
        .forEach(
            element -> {
              List<String> value = Stream.of(fields).map(it -> element.at(it).text()).toList();
              if (value.stream().anyMatch(it -> !it.isEmpty()) && !seen.add(value)) {
                element.refuse("is there twice: " + value);
              }
            });
  }

  /** A number of a port, or the name of one. */
  void isPort() {
    if (node.isIntegralNumber()) {
      within(1, 65535);
    } else if (isThere()) {
      requiredAs(Form.PORT_NAME);
    }
  }

  /** A count, or a percentage. */
  void isCountOrPercent(int mostPercent) {
    if (node.isIntegralNumber()) {
      within(0, Integer.MAX_VALUE);
    } else if (isThere()) {
      is(Form.PERCENT);
      if (Form.PERCENT.fits(text())
          && new BigDecimal(text().replace("%", "")).intValue() > mostPercent) {
        refuse("is more than " + mostPercent + "%");
      }
    }
  }

  boolean isZero() {
    return isThere() && text().matches("0%?");
  }
}
