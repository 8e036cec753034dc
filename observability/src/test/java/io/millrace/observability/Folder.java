package io.millrace.observability;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The files of this folder that are imported elsewhere. */
final class Folder {

  static final Path ALERTS = Path.of("alerts.yml").toAbsolutePath();
  static final Path DASHBOARD = Path.of("grafana-dashboard.json").toAbsolutePath();

  private Folder() {}

  static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }
}
