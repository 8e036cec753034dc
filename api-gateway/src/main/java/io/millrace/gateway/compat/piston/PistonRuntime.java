package io.millrace.gateway.compat.piston;

import io.millrace.gateway.compat.HeardWorker;
import java.util.List;
import java.util.Optional;
import org.semver4j.Semver;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The one runtime there is.
 *
 * @param version as 3.11.2; empty while no worker is heard: then any that is asked for is taken
 */
record PistonRuntime(String version) {

  static final String LANGUAGE = "python";

  private static final List<String> ALIASES = List.of("py", "py3", "python3");

  static PistonRuntime of(Optional<HeardWorker.About> heard) {
    return new PistonRuntime(heard.map(HeardWorker.About::version).orElse(""));
  }

  /** Whether it is meant; {@code range} is one of node's semver, {@code *} for any. */
  boolean matches(String language, String range) {
    return (language.equals(LANGUAGE) || ALIASES.contains(language))
        && (version.isEmpty() || new Semver(version).satisfies(range));
  }

  ObjectNode json() {
    ObjectNode runtime =
        JsonNodeFactory.instance.objectNode().put("language", LANGUAGE).put("version", version);
    ArrayNode aliases = runtime.putArray("aliases");
    ALIASES.forEach(aliases::add);
    return runtime;
  }
}
