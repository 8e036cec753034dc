package io.millrace.e2e.roles;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Where the roles' jars are: below the project's root, found from the working folder upwards. */
final class Jars {

  static final String GATEWAY = "api-gateway/target/api-gateway.jar";
  static final String WORKER = "executor-worker/target/executor-worker.jar";

  private Jars() {}

  static Path find(String jar) {
    return Stream.iterate(Path.of("").toAbsolutePath(), each -> each != null, Path::getParent)
        .map(folder -> folder.resolve(jar))
        .filter(Files::isRegularFile)
        .findFirst()
        .orElseThrow(
            () -> new IllegalStateException("There is no " + jar + "; build it: mvn package"));
  }
}
