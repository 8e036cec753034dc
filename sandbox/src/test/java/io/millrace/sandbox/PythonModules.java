package io.millrace.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The sandbox's own tests, which are Python like it; each of them is a test here. Three classes
 * share their modules, so that as many processes run them. {@code -Dpython.module=test_units} runs
 * one module.
 */
abstract class PythonModules {

  private static final Path FOLDER = Path.of("src/test/python");
  private static final String MODULES = System.getProperty("python.module", "test_");
  private static final JsonMapper JSON = new JsonMapper();

  /** One that an ordinary user can run too, for the tiers that are tried as one. */
  private static final String PYTHON =
      Files.isExecutable(Path.of("/usr/bin/python3")) ? "/usr/bin/python3" : "python3";

  /** Whether this class runs the module. */
  abstract boolean isHere(String module);

  @TestFactory
  Stream<DynamicContainer> modules() throws IOException {
    return Files.list(FOLDER)
        .map(file -> file.getFileName().toString())
        .filter(name -> name.startsWith(MODULES) && name.endsWith(".py"))
        .map(name -> name.replace(".py", ""))
        .filter(this::isHere)
        .sorted()
        .map(module -> dynamicContainer(module, Stream.of(module).flatMap(PythonModules::run)));
  }

  /** Runs a module to its end; then what it said of each of its tests is told. */
  private static Stream<DynamicTest> run(String module) {
    List<DynamicTest> tests = new ArrayList<>();
    try {
      Process suite =
          new ProcessBuilder(PYTHON, "-B", "report.py", module)
              .directory(FOLDER.toFile())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      suite.getOutputStream().close();
      try (BufferedReader said = suite.inputReader(StandardCharsets.UTF_8)) {
        for (String line; (line = said.readLine()) != null; ) {
          tests.add(test(JSON.readTree(line)));
        }
      }
      int ended = suite.waitFor();
      tests.add(dynamicTest(module + " ends", () -> assertThat(ended).isLessThan(2)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while Python's tests ran", e);
    }
    assertThat(tests).as("tests of " + module).hasSizeGreaterThan(1);
    return tests.stream();
  }

  private static DynamicTest test(JsonNode said) {
    return dynamicTest(
        said.path("name").asString(),
        () -> {
          assumeTrue(said.path("skipped").isNull(), said.path("skipped").asString(""));
          String flaw = said.path("flaw").asString();
          assertThat(flaw).as(flaw).isEmpty();
        });
  }
}
