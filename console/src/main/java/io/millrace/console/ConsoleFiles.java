package io.millrace.console;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/**
 * The table of all files of the console by the path they are asked for. A path that is not in the
 * table does not exist: no path is ever turned into the name of a file.
 */
final class ConsoleFiles {

  private static final Map<String, String> PAGES =
      Map.of(
          "/", "static/index.html",
          "/docs", "static/docs.html",
          "/favicon.svg", "static/favicon.svg");

  private static final String OWN = "static/assets/";

  private final Map<String, ConsoleFile> byPath;

  private ConsoleFiles(Map<String, ConsoleFile> byPath) {
    this.byPath = byPath;
  }

  /** Reads every file; throws when one is missing. */
  static ConsoleFiles load() {
    Map<String, ConsoleFile> files = new LinkedHashMap<>();
    PAGES.forEach((path, name) -> files.put(path, ConsoleFile.read(new ClassPathResource(name))));
    for (Resource resource : ownAssets()) {
      files.put("/assets/" + nameBelow(resource), ConsoleFile.read(resource));
    }
    for (Library library : Library.ALL) {
      files.put("/assets/lib/" + library.name(), ConsoleFile.read(library.resource()));
    }
    return new ConsoleFiles(Map.copyOf(files));
  }

  Optional<ConsoleFile> find(String path, String method) {
    boolean reads = method.equals("GET") || method.equals("HEAD");
    return reads ? Optional.ofNullable(byPath.get(path)) : Optional.empty();
  }

  Map<String, ConsoleFile> all() {
    return byPath;
  }

  private static Resource[] ownAssets() {
    try {
      return new PathMatchingResourcePatternResolver().getResources("classpath:" + OWN + "**/*.*");
    } catch (IOException e) {
      throw new UncheckedIOException("the console's files cannot be listed", e);
    }
  }

  private static String nameBelow(Resource resource) {
    try {
      String url = resource.getURL().toString();
      return url.substring(url.lastIndexOf(OWN) + OWN.length());
    } catch (IOException e) {
      throw new UncheckedIOException("a file of the console has no address: " + resource, e);
    }
  }
}
