package io.millrace.containers.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs the engine's command line. */
final class Docker {
  private static final long MINUTES = 15;

  private final Map<String, String> environment;

  /** With these variables beside the ones of this process. */
  Docker(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
  }

  /**
   * What the command printed.
   *
   * @throws AssertionError with all that it printed, when it fails
   */
  String run(String... words) {
    Path output = temporary();
    try {
      runInto(output, words);
      return read(output).strip();
    } finally {
      output.toFile().delete();
    }
  }

  boolean succeeds(String... words) {
    Path output = temporary();
    try {
      return exitCode(output, List.of(words)) == 0;
    } finally {
      output.toFile().delete();
    }
  }

  /** Writes what the command prints into a file. */
  void runInto(Path output, String... words) {
    int code = exitCode(output, List.of(words));
    if (code != 0) {
      throw new AssertionError("docker " + List.of(words) + " failed: " + read(output));
    }
  }

  private int exitCode(Path output, List<String> words) {
    List<String> command = new ArrayList<>(List.of("docker"));
    command.addAll(words);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().putAll(environment);
    try {
      Process process = builder.start();
      if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        throw new AssertionError(command + " does not end");
      }
      return process.exitValue();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting for " + command, e);
    }
  }

  private static String read(Path output) {
    try {
      return Files.readString(output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path temporary() {
    try {
      return Files.createTempFile("docker", ".out");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
