package io.millrace.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** The sandbox's own tests, which are Python like it; each module of them is one test here. */
@Tag("services")
class PythonSuiteTest {

  private static final Path FOLDER = Path.of("src/test/python");

  /** One that an ordinary user can run too, for the tiers that are tried as one. */
  private static final String PYTHON =
      Files.isExecutable(Path.of("/usr/bin/python3")) ? "/usr/bin/python3" : "python3";

  @TestFactory
  Stream<DynamicTest> everyModulePasses() throws IOException {
    return Files.list(FOLDER)
        .map(file -> file.getFileName().toString())
        .filter(name -> name.startsWith("test_") && name.endsWith(".py"))
        .map(name -> name.replace(".py", ""))
        .sorted()
        .map(module -> dynamicTest(module, () -> passes(module)));
  }

  private static void passes(String module) throws Exception {
    Process suite =
        new ProcessBuilder(PYTHON, "-B", "-m", "unittest", module)
            .directory(FOLDER.toFile())
            .redirectErrorStream(true)
            .start();
    suite.getOutputStream().close();
    String said = new String(suite.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    System.out.println(said.strip());
    assertThat(suite.waitFor()).as(said).isZero();
  }
}
