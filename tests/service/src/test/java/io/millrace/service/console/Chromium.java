package io.millrace.service.console;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** Where this machine has Chromium and its driver. Nothing is ever fetched. */
final class Chromium {

  private static final String[] BROWSERS = {"chromium", "chromium-browser", "google-chrome"};

  private Chromium() {}

  static Optional<Path> browser() {
    return Stream.of(BROWSERS).flatMap(name -> find(name).stream()).findFirst();
  }

  static Optional<Path> driver() {
    return find("chromedriver");
  }

  private static Optional<Path> find(String program) {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
        .map(folder -> Path.of(folder).resolve(program))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
