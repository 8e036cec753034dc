package io.millrace.start;

import java.net.BindException;
import java.nio.file.FileSystemException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.springframework.boot.context.properties.source.ConfigurationProperty;

/** What stopped a start, told by what is at the bottom of the exceptions that wrap it. */
final class StartFailure {

  private static final Pattern ADDRESS = Pattern.compile("\\[?([\\w.:/-]*[:.](\\d+))]?");
  private static final Pattern OWN_SETTING = Pattern.compile("(millrace\\.[a-z0-9.-]+)[: ].*");

  private StartFailure() {}

  static String sentence(Throwable failure) {
    List<Throwable> causes =
        Stream.iterate(failure, Objects::nonNull, Throwable::getCause).limit(50).toList();
    return Stream.<Function<List<Throwable>, Optional<String>>>of(
            StartFailure::refusedSetting,
            StartFailure::unreadableSetting,
            StartFailure::port,
            StartFailure::file,
            StartFailure::ownFailure)
        .flatMap(kind -> kind.apply(causes).stream())
        .findFirst()
        .orElseGet(() -> unexpected(causes.get(causes.size() - 1)))
        .replaceAll("\\s*\\R\\s*", " ");
  }

  /** By the check of a settings record, whose message names the property and what it must be. */
  private static Optional<String> refusedSetting(List<Throwable> causes) {
    return causes.stream()
        .map(Throwable::getMessage)
        .filter(Objects::nonNull)
        .map(OWN_SETTING::matcher)
        .filter(Matcher::matches)
        .map(message -> message.group() + inTheEnvironment(message.group(1)))
        .reduce((outer, inner) -> inner);
  }

  /** By the conversion to its type. */
  private static Optional<String> unreadableSetting(List<Throwable> causes) {
    return causes.stream()
        .filter(org.springframework.boot.context.properties.bind.BindException.class::isInstance)
        .map(org.springframework.boot.context.properties.bind.BindException.class::cast)
        .filter(bind -> bind.getProperty() != null)
        .reduce((outer, inner) -> inner)
        .map(
            bind -> {
              ConfigurationProperty property = Objects.requireNonNull(bind.getProperty());
              String name = property.getName().toString();
              return "%s is '%s', which is no %s%s"
                  .formatted(
                      name,
                      property.getValue(),
                      kind(bind.getTarget().getType().resolve(Object.class)),
                      inTheEnvironment(name));
            });
  }

  private static String kind(Class<?> type) {
    return switch (type.getSimpleName()) {
      case "int", "long", "Integer", "Long" -> "whole number";
      case "Duration" -> "duration, as 500ms, 30s or 1h";
      case "DataSize" -> "size, as 512KB or 64MB";
      case "boolean", "Boolean" -> "true or false";
      default -> type.getSimpleName();
    };
  }

  private static String inTheEnvironment(String property) {
    return " (in the environment: " + environmentName(property) + ")";
  }

  static String environmentName(String property) {
    return property.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
  }

  private static Optional<String> port(List<Throwable> causes) {
    return first(causes, BindException.class).map(refused -> port(causes, refused));
  }

  private static String port(List<Throwable> causes, BindException refused) {
    String where =
        causes.stream()
            .map(cause -> ADDRESS.matcher(String.valueOf(cause.getMessage())))
            .filter(Matcher::find)
            .map(address -> address.group(1).replaceFirst("^/", ""))
            .findFirst()
            .orElse("its port");
    boolean forbidden = String.valueOf(refused.getMessage()).contains("denied");
    return "SERVER_PORT or MANAGEMENT_SERVER_PORT: cannot listen on "
        + where
        + (forbidden
            ? ", since ports below 1024 are for root alone; set a port from 1024 on"
            : " (" + refused.getMessage() + "); stop what listens there, or set another port");
  }

  private static Optional<String> file(List<Throwable> causes) {
    return first(causes, FileSystemException.class)
        .map(
            denied ->
                "cannot use %s (%s); give user %s the right to it"
                    .formatted(
                        denied.getFile(),
                        denied.getReason() == null
                            ? denied.getClass().getSimpleName()
                            : denied.getReason(),
                        System.getProperty("user.name")));
  }

  /** Whatever our own code could not do: it says what, and what is to be done. */
  private static Optional<String> ownFailure(List<Throwable> causes) {
    return causes.stream()
        .filter(cause -> cause.getStackTrace().length > 0)
        .filter(cause -> cause.getStackTrace()[0].getClassName().startsWith("io.millrace."))
        .filter(cause -> cause.getMessage() != null)
        .reduce((outer, inner) -> inner)
        .map(cause -> String.valueOf(cause.getMessage()));
  }

  private static String unexpected(Throwable bottom) {
    return "the start failed: %s: %s; with LOGGING_LEVEL_IO_MILLRACE=DEBUG the log says where"
        .formatted(bottom.getClass().getSimpleName(), bottom.getMessage());
  }

  private static <T extends Throwable> Optional<T> first(List<Throwable> causes, Class<T> type) {
    return causes.stream().filter(type::isInstance).map(type::cast).findFirst();
  }
}
