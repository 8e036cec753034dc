package io.millrace.deploy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The generated part of {@code docs/settings.md}: a row for each property of each settings record,
 * from what the compiler wrote down of them, and from what they refuse.
 */
final class SettingsPage {
  static final String BEGIN = "<!-- From here on generated: see SettingsPageTest. -->\n";

  private static final String METADATA = "META-INF/spring-configuration-metadata.json";
  private static final List<String> OWN = List.of("api-gateway", "executor-worker", "webhooks");
  private static final JsonNode SANDBOX =
      JsonMapper.shared()
          .readTree(Project.text("sandbox/src/main/python/millrace_sandbox/settings.schema.json"));
  private static final long MEBIBYTE = 1 << 20;
  private static final String HEAD =
      "| property | in the environment | default | meaning | limits |\n| --- | --- | --- | --- | --- |\n";

  private final List<Path> classes;
  private final SettingLimits limits;
  private final List<String> undescribed = new ArrayList<>();

  private SettingsPage(List<Path> classes) {
    this.classes = classes;
    this.limits = new SettingLimits(classes);
  }

  /** Of all modules that are built and have settings. */
  static SettingsPage ofThisBuild() {
    try (Stream<Path> modules = Files.list(Project.file("."))) {
      return new SettingsPage(
          modules
              .map(module -> module.normalize().resolve("target/classes"))
              .filter(each -> Files.exists(each.resolve(METADATA)))
              .sorted()
              .toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String text() {
    return BEGIN
        + section("Gateway", List.of("api-gateway", "webhooks"))
        + section("Worker", List.of("executor-worker"))
        + section("Gateway and worker", shared());
  }

  /** Properties whose record says nothing of them. */
  List<String> undescribed() {
    return undescribed;
  }

  private List<String> shared() {
    return classes.stream().map(SettingsPage::module).filter(each -> !OWN.contains(each)).toList();
  }

  private static String module(Path classes) {
    return classes.getParent().getParent().getFileName().toString();
  }

  private String section(String title, List<String> modules) {
    return classes.stream()
        .filter(each -> modules.contains(module(each)))
        .flatMap(this::rows)
        .sorted(Comparator.naturalOrder())
        .collect(Collectors.joining("", "\n## " + title + "\n\n" + HEAD, ""));
  }

  private Stream<String> rows(Path classes) {
    JsonNode metadata = JsonMapper.shared().readTree(classes.resolve(METADATA).toFile());
    return metadata
        .path("properties")
        .valueStream()
        .filter(each -> each.path("name").asString().startsWith("millrace."))
        .map(each -> row(each, limits.of(each, metadata)));
  }

  private String row(JsonNode property, String limits) {
    String name = property.path("name").asString();
    String description = plain(property.path("description").asString(""));
    if (description.isEmpty()) {
      undescribed.add(name);
    }
    return "| `%s` | `%s` | %s | %s | %s |\n"
        .formatted(
            name, environment(name), standard(property), description, limits.replace("|", "\\|"));
  }

  static String environment(String property) {
    return property.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
  }

  private static String standard(JsonNode property) {
    JsonNode value = property.path("defaultValue");
    if (value.isMissingNode()) {
      return ofTheSandbox(property.path("name").asString());
    }
    return shown(text(value));
  }

  private static String text(JsonNode value) {
    return value.isArray()
        ? value.valueStream().map(JsonNode::asString).collect(Collectors.joining(","))
        : value.asString("");
  }

  private static String shown(String text) {
    return text.isEmpty() ? "none" : "`" + text + "`";
  }

  /**
   * The default of a setting whose one source is the schema that the sandbox's Python reads too.
   */
  private static String ofTheSandbox(String name) {
    return SANDBOX
        .path("properties")
        .valueStream()
        .filter(field -> field.path("x-setting").asString("").equals(name))
        .findFirst()
        .map(SettingsPage::standardOfField)
        .orElse("none");
  }

  private static String standardOfField(JsonNode field) {
    JsonNode value = field.path("default");
    boolean isSize = field.path("x-unit").asString("").equals("bytes");
    return shown(isSize ? value.asLong() / MEBIBYTE + "MB" : text(value));
  }

  /** Javadoc as Markdown, on one line. */
  private static String plain(String javadoc) {
    return javadoc
        .replaceAll("\\{@code ([^}]*)}", "`$1`")
        .replaceAll("\\{@link (?:[\\w.]*\\.)?([\\w]+)}", "$1")
        .replaceAll("\\s+", " ")
        .replace("|", "\\|")
        .strip();
  }
}
