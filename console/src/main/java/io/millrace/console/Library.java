package io.millrace.console;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;

/**
 * A library's file inside its jar. The folder there has the version in its name; the version is
 * read from the jar itself, so that it is written down once, in the build.
 *
 * @param name what the console calls the file
 * @param folder where jars of this group keep their packages
 * @param file the file below the version's folder
 */
record Library(String name, String group, String artifact, String folder, String file) {

  private static final String PYTHON_GROUP = "org.mvnpm.at.lezer";

  static final List<Library> ALL =
      List.of(
          webjar("codemirror-state.js", "codemirror__state", "dist/index.js"),
          webjar("codemirror-view.js", "codemirror__view", "dist/index.js"),
          webjar("codemirror-language.js", "codemirror__language", "dist/index.js"),
          webjar("codemirror-commands.js", "codemirror__commands", "dist/index.js"),
          webjar("lezer-common.js", "lezer__common", "dist/index.js"),
          webjar("lezer-highlight.js", "lezer__highlight", "dist/index.js"),
          webjar("lezer-lr.js", "lezer__lr", "dist/index.js"),
          new Library("lezer-python.js", PYTHON_GROUP, "python", "_static", "dist/index.js"),
          webjar("style-mod.js", "style-mod", "src/style-mod.js"),
          webjar("w3c-keyname.js", "w3c-keyname", "index.js"),
          webjar("crelt.js", "crelt", "index.js"),
          webjar("find-cluster-break.js", "marijn__find-cluster-break", "src/index.js"),
          webjar("uplot.js", "uplot", "dist/uPlot.esm.js"),
          webjar("uplot.css", "uplot", "dist/uPlot.min.css"));

  private static Library webjar(String name, String artifact, String file) {
    return new Library(name, "org.webjars.npm", artifact, "webjars", file);
  }

  Resource resource() {
    return new ClassPathResource(
        "META-INF/resources/" + folder + "/" + artifact + "/" + version() + "/" + file);
  }

  private String version() {
    String place = "META-INF/maven/" + group + "/" + artifact + "/pom.properties";
    Properties properties = new Properties();
    try (InputStream in = new ClassPathResource(place).getInputStream()) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException("the console's library " + artifact + " is missing", e);
    }
    return Objects.requireNonNull(properties.getProperty("version"), place);
  }
}
