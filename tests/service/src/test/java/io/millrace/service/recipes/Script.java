package io.millrace.service.recipes;

import io.millrace.service.Service;
import io.millrace.service.recipes.RecipePage.Block;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.springframework.util.FileSystemUtils;

/** A block that can be run as it stands. */
record Script(String page, Block block, String answer) {

  /** What runs a file of a language, and how that file must be named. */
  private static final Map<String, Interpreter> INTERPRETERS =
      Map.of(
          "sh", new Interpreter("curl", "run.sh", "sh", "-e"),
          "python", new Interpreter("python3", "run.py", "python3"),
          "js", new Interpreter("node", "run.mjs", "node"),
          "java", new Interpreter("java", "Run.java", "java"),
          "go", new Interpreter("go", "run.go", "go", "run"));

  private static final int LIMIT_SECONDS = 60;

  private record Interpreter(String needed, String file, List<String> command) {
    Interpreter(String needed, String file, String... command) {
      this(needed, file, List.of(command));
    }
  }

  /** The scripts of a page, each with the answer that follows it. */
  static Stream<Script> of(RecipePage page) {
    List<Block> blocks = page.blocks();
    return Stream.iterate(0, i -> i + 1)
        .limit(blocks.size() - 1)
        .filter(i -> INTERPRETERS.containsKey(blocks.get(i).language()))
        .filter(i -> blocks.get(i + 1).isAnswer())
        .map(i -> new Script(page.name(), blocks.get(i), blocks.get(i + 1).text()));
  }

  /** The program without which it cannot run. */
  String needed() {
    return interpreter().needed();
  }

  private Interpreter interpreter() {
    return Objects.requireNonNull(INTERPRETERS.get(block.language()));
  }

  boolean canRun() {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder).resolve(needed())));
  }

  /** What it prints. */
  String run(Service service) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("millrace-recipe-");
    try {
      Path file = Files.writeString(folder.resolve(interpreter().file()), block.text());
      return run(file, service);
    } finally {
      FileSystemUtils.deleteRecursively(folder);
    }
  }

  private String run(Path file, Service service) throws IOException, InterruptedException {
    List<String> command =
        Stream.concat(interpreter().command().stream(), Stream.of(file.toString())).toList();
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(file.getParent().toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    builder
        .environment()
        .putAll(Map.of("MILLRACE_URL", service.url(), "MILLRACE_API_KEY", service.key()));
    Process process = builder.start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new AssertionError(page + ": it failed; it said: " + said);
    }
    return said;
  }

  @Override
  public String toString() {
    return page + ", " + block.text().lines().findFirst().orElse("");
  }
}
