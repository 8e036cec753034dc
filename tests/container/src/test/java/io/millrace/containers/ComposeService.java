package io.millrace.containers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.Yaml;

/**
 * A service of the compose file.
 *
 * @param image the default one, or the one that the environment names as compose would
 * @param environment without where it listens and what it is called: that is the test's to say
 */
record ComposeService(String image, Map<String, String> environment, String[] command) {
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Z_]+):-([^}]*)}");
  private static final Pattern PLACE =
      Pattern.compile(".*(LISTENER|QUORUM|NODE_ID|ROLES|LOG_DIRS).*");

  static ComposeService named(String name) {
    Map<?, ?> services = (Map<?, ?>) compose().get("services");
    Map<?, ?> service = (Map<?, ?>) Objects.requireNonNull(services.get(name));
    Map<String, String> environment = new TreeMap<>();
    if (service.get("environment") instanceof Map<?, ?> given) {
      given.forEach((key, value) -> environment.put(key.toString(), value.toString()));
    }
    environment.keySet().removeIf(each -> PLACE.matcher(each).matches());
    List<?> command = service.get("command") instanceof List<?> given ? given : List.of();
    return new ComposeService(
        interpolated(Objects.requireNonNull(service.get("image")).toString()),
        environment,
        command.stream().map(Object::toString).toArray(String[]::new));
  }

  private static Map<?, ?> compose() {
    try {
      return new Yaml().load(Files.readString(Path.of("..", "..", "docker-compose.yml")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String interpolated(String text) {
    return VARIABLE
        .matcher(text)
        .replaceAll(
            match -> Objects.requireNonNullElse(System.getenv(match.group(1)), match.group(2)));
  }
}
