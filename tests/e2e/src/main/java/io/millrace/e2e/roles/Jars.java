package io.millrace.e2e.roles;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Where the roles' jars are: beside this one, or where the build has put them. */
final class Jars {

  static final String GATEWAY = "api-gateway";
  static final String WORKER = "executor-worker";

  private Jars() {}

  static Path find(String module) {
    String jar = module + ".jar";
    return Stream.concat(
            Stream.of(here().resolveSibling(jar)),
            Stream.iterate(Path.of("").toAbsolutePath(), each -> each != null, Path::getParent)
                .map(folder -> folder.resolve(module).resolve("target").resolve(jar)))
        .filter(Files::isRegularFile)
        .findFirst()
        .orElseThrow(
            () -> new IllegalStateException("There is no " + jar + "; build it: mvn package"));
  }

  private static Path here() {
    try {
      return Path.of(Jars.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException("the place of this program has no path", e);
    }
  }
}
