package io.millrace.observability;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.e2e.roles.Role;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What some roles have printed so far. */
record Logs(List<Role> roles) {

  private static final JsonMapper JSON = new JsonMapper();

  List<String> lines() {
    return roles.stream().flatMap(Logs::lines).toList();
  }

  static Stream<String> lines(Role role) {
    return Folder.read(role.spec().log()).lines();
  }

  /** The lines that are JSON objects. */
  static List<JsonNode> objects(Role role) {
    return lines(role)
        .filter(line -> line.startsWith("{"))
        .map(
            line -> {
              try {
                return JSON.readTree(line);
              } catch (JacksonException e) {
                throw new AssertionError("no JSON in the log of " + role.name() + ": " + line, e);
              }
            })
        .toList();
  }

  /** The first lines that have one of the words, with the word. */
  void haveNoneOf(List<String> words) {
    List<String> found =
        lines().stream()
            .flatMap(
                line -> words.stream().filter(line::contains).map(word -> word + " is in: " + line))
            .limit(5)
            .toList();
    assertThat(lines()).isNotEmpty();
    assertThat(found).isEmpty();
  }
}
