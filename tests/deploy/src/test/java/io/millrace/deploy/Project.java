package io.millrace.deploy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The files of the checkout that the tests run in. */
final class Project {
  private static final Path ROOT = root();

  private Project() {}

  static Path file(String path) {
    return ROOT.resolve(path);
  }

  static String text(String path) {
    try {
      return Files.readString(file(path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path root() {
    Path dir = Path.of("").toAbsolutePath();
    while (!Files.exists(dir.resolve("docker-compose.yml"))) {
      Path parent = dir.getParent();
      if (parent == null) {
        throw new IllegalStateException("docker-compose.yml is in no folder above this one");
      }
      dir = parent;
    }
    return dir;
  }
}
