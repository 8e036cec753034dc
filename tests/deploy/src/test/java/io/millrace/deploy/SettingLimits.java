package io.millrace.deploy;

import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import tools.jackson.databind.JsonNode;

/** What a setting must be, in the words in which its record refuses what it is not. */
final class SettingLimits {
  private static final Map<String, List<String>> EXTREMES =
      Map.of(
          "java.lang.Integer", List.of("-2000000000", "-2", "0", "2000000000"),
          "java.lang.Long", List.of("-2000000000", "-2", "0", "2000000000000"),
          "java.time.Duration", List.of("-1s", "0s", "1ns", "36500d"),
          "org.springframework.util.unit.DataSize", List.of("-1B", "0B", "1B", "100000TB"),
          "java.lang.String", List.of("no such word"));
  private static final List<String> OTHERS = List.of("no/such thing", "-1");

  private static final Pattern ISO_DURATION = Pattern.compile("\\bPT[0-9.HMS]+");

  private final ClassLoader classes;

  SettingLimits(List<Path> folders) {
    this.classes =
        new URLClassLoader(
            folders.stream().map(SettingLimits::url).toArray(URL[]::new),
            SettingLimits.class.getClassLoader());
  }

  private static URL url(Path folder) {
    try {
      return folder.toUri().toURL();
    } catch (MalformedURLException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Empty where the record takes whatever has its type. */
  String of(JsonNode property, JsonNode metadata) {
    String name = property.path("name").asString();
    JsonNode root = root(name, metadata);
    Pattern refusal = Pattern.compile(Pattern.quote(name) + " must be (.+), but is .*");
    return EXTREMES.getOrDefault(property.path("type").asString(), OTHERS).stream()
        .flatMap(value -> refusal(root, name, value, refusal).stream())
        .findFirst()
        .orElse("");
  }

  /** The record that is bound as a whole. */
  private static JsonNode root(String property, JsonNode metadata) {
    return metadata
        .path("groups")
        .valueStream()
        .filter(each -> each.path("sourceMethod").isMissingNode())
        .filter(each -> property.startsWith(each.path("name").asString() + "."))
        .max(Comparator.comparingInt(each -> each.path("name").asString().length()))
        .orElseThrow();
  }

  private Optional<String> refusal(JsonNode root, String name, String value, Pattern refusal) {
    try {
      Class<?> type = Class.forName(root.path("type").asString(), true, classes);
      new Binder(new MapConfigurationPropertySource(Map.of(name, value)))
          .bindOrCreate(root.path("name").asString(), Bindable.of(type));
      return Optional.empty();
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    } catch (RuntimeException e) {
      return Stream.iterate((Throwable) e, Objects::nonNull, Throwable::getCause)
          .map(cause -> refusal.matcher(String.valueOf(cause.getMessage())))
          .filter(Matcher::matches)
          .map(message -> ISO_DURATION.matcher(message.group(1)).replaceAll(SettingLimits::simple))
          .findFirst();
    }
  }

  /** A duration as settings are written. */
  private static String simple(MatchResult iso) {
    long millis = Duration.parse(iso.group()).toMillis();
    return millis % 60_000 == 0
        ? millis / 60_000 + "m"
        : millis % 1_000 == 0 ? millis / 1_000 + "s" : millis + "ms";
  }
}
