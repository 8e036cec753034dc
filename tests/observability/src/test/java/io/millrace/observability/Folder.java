package io.millrace.observability;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The files of {@code observability}, which operators import elsewhere. */
final class Folder {

  private static final Path PLACE = Path.of("..", "..", "observability").toAbsolutePath();

  static final Path ALERTS = PLACE.resolve("alerts.yml");
  static final Path DASHBOARD = PLACE.resolve("grafana-dashboard.json");
  static final Path PAGE = PLACE.resolve("README.md");

  private Folder() {}

  static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }
}
