package io.millrace.deploy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A Dockerfile as its instructions, continued lines joined and comments gone.
 *
 * @param text as it was written
 */
record Dockerfile(String text, List<Instruction> instructions) {

  record Instruction(String name, String arguments) {
    /** Its words without the flags in front. */
    List<String> words() {
      return Stream.of(arguments.split("\\s+")).filter(it -> !it.startsWith("--")).toList();
    }
  }

  private static final Pattern ENV = Pattern.compile("([A-Z_]+)=(\"[^\"]*\"|\\S*)");

  static Dockerfile file(String path) {
    return parsed(Project.text(path));
  }

  static Dockerfile parsed(String text) {
    String joined =
        text.lines()
            .filter(line -> !line.stripLeading().startsWith("#"))
            .collect(Collectors.joining("\n"))
            .replace("\\\n", " ");
    List<Instruction> instructions = new ArrayList<>();
    joined
        .lines()
        .filter(line -> !line.isBlank())
        .map(line -> line.strip().split("\\s+", 2))
        .forEach(it -> instructions.add(new Instruction(it[0], it.length > 1 ? it[1] : "")));
    return new Dockerfile(text, instructions);
  }

  Stream<Instruction> all(String name) {
    return instructions.stream().filter(each -> each.name().equals(name));
  }

  /** The instructions of the image that is shipped. */
  List<Instruction> lastStage() {
    int from = 0;
    for (int i = 0; i < instructions.size(); i++) {
      from = instructions.get(i).name().equals("FROM") ? i : from;
    }
    return instructions.subList(from, instructions.size());
  }

  /** Names and defaults of the build's arguments before the first stage. */
  Map<String, String> globalArguments() {
    Map<String, String> arguments = new LinkedHashMap<>();
    instructions.stream()
        .takeWhile(each -> !each.name().equals("FROM"))
        .filter(each -> each.name().equals("ARG"))
        .map(each -> each.arguments().split("=", 2))
        .forEach(it -> arguments.put(it[0], it.length > 1 ? it[1] : ""));
    return arguments;
  }

  Set<String> arguments() {
    return all("ARG").map(each -> each.arguments().split("=", 2)[0]).collect(Collectors.toSet());
  }

  Set<String> stages() {
    return all("FROM")
        .map(Instruction::words)
        .filter(words -> words.size() == 3)
        .map(words -> words.get(2))
        .collect(Collectors.toSet());
  }

  /** The environment of the image that is shipped. */
  Map<String, String> environment() {
    Map<String, String> environment = new LinkedHashMap<>();
    for (Instruction each : lastStage()) {
      Matcher variable = ENV.matcher(each.name().equals("ENV") ? each.arguments() : "");
      while (variable.find()) {
        environment.put(variable.group(1), variable.group(2).replace("\"", ""));
      }
    }
    return environment;
  }
}
