package io.millrace.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page that leads a newcomer through the code leads through the code as it is. */
class ArchitecturePageTest {

  private static final String PAGE = Project.text("docs/architecture.md");
  private static final Pattern CODE = Pattern.compile("`([^`\n]+)`");
  private static final Pattern CLASS = Pattern.compile("[A-Z][a-z]\\w*");
  private static final Pattern MEMBER = Pattern.compile("([A-Z][a-z]\\w*)\\.(\\w+)");
  private static final Pattern STEP =
      Pattern.compile("(?m)^\\| (\\d+) \\| `([^`]+)` \\| ([^|]+) \\|[^|]+\\|$");
  private static final Pattern COMMENTS_AND_IMPORTS =
      Pattern.compile("(?s)/\\*.*?\\*/|(?m)^import .*?$|//[^\n]*");

  /** What stands between two processes. */
  private static final Set<String> NO_CLASS = Set.of("HTTP", "the log", "a message");

  private static final Map<String, Path> SOURCES = sources();

  private record Step(int number, String name, String calledBy) {}

  @Test
  void everyClassAndScriptThatItNamesExists() {
    assertThat(named())
        .filteredOn(name -> CLASS.matcher(name).matches() || name.endsWith(".lua"))
        .hasSizeGreaterThan(30)
        .allSatisfy(name -> assertThat(SOURCES).containsKey(file(name)));
  }

  @Test
  void everyMemberThatItNamesExists() {
    List<String> members = named().filter(name -> MEMBER.matcher(name).matches()).toList();
    assertThat(members)
        .isNotEmpty()
        .allSatisfy(
            member -> {
              String owner = member.substring(0, member.indexOf('.'));
              assertThat(declarations(owner))
                  .containsPattern("\\b" + member.substring(owner.length() + 1) + "\\b");
            });
  }

  @Test
  void eachStepIsCalledByAStepBeforeIt() {
    List<Step> steps = steps();
    assertThat(steps).hasSizeGreaterThan(15);
    List<String> before = new ArrayList<>();
    for (Step step : steps) {
      assertThat(step.number()).as("the number of " + step.name()).isEqualTo(before.size() + 1);
      if (!NO_CLASS.contains(step.calledBy())) {
        String caller = step.calledBy().replace("`", "");
        assertThat(before).as("what calls " + step.name()).contains(caller);
        assertThat(declarations(caller))
            .as(caller + " calls " + step.name())
            .containsPattern(use(step.name()));
      }
      before.add(step.name());
    }
  }

  @Test
  void theReadmeLeadsToThePage() {
    assertThat(Project.text("README.md")).contains("(docs/architecture.md)");
    assertThat(PAGE).contains("(../README.md)");
  }

  @Test
  void theWalkToAFullQueueHoldsWordForWord() {
    assertThat(declarations("admit.lua")).contains("may_enter(");
    assertThat(declarations("prelude_gate.lua")).contains("'queue_full'");
    assertThat(declarations("AdmissionGate"))
        .contains("\"queue_full\" -> refused(Refusal.QUEUE_FULL");
    assertThat(declarations("Refusals")).contains("MAX_QUEUE_LENGTH");
  }

  private static String use(String name) {
    return name.endsWith(".lua")
        ? "\"" + name.substring(0, name.length() - 4) + "\""
        : "\\b" + name + "\\b";
  }

  private static Stream<String> named() {
    return CODE.matcher(PAGE).results().map(code -> code.group(1));
  }

  private static List<Step> steps() {
    return STEP.matcher(PAGE).results().map(ArchitecturePageTest::step).toList();
  }

  private static Step step(MatchResult row) {
    return new Step(Integer.parseInt(row.group(1)), row.group(2), row.group(3));
  }

  /** The source of a class or script, without what only talks of others. */
  private static String declarations(String name) {
    Path source = SOURCES.get(file(name));
    assertThat(source).as("the source of " + name).isNotNull();
    try {
      return COMMENTS_AND_IMPORTS.matcher(Files.readString(source)).replaceAll("");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String file(String name) {
    String simple = name.endsWith(".lua") ? name : name.replaceAll("\\..*", "");
    return name.endsWith(".lua") ? simple : simple + ".java";
  }

  private static Map<String, Path> sources() {
    Map<String, Path> sources = new HashMap<>();
    try {
      Files.walkFileTree(
          Project.file(""),
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) {
              String name = dir.getFileName().toString();
              return name.equals("target") || name.equals("node_modules") || name.startsWith(".")
                  ? FileVisitResult.SKIP_SUBTREE
                  : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              String name = file.getFileName().toString();
              if (name.endsWith(".java") || name.endsWith(".lua")) {
                sources.put(name, file);
              }
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return sources;
  }
}
