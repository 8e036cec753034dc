package io.millrace.deploy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import kafka.server.KafkaConfig;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The names that a role takes from its environment: the properties that its classes and Spring
 * Boot's declare, in the form that an environment variable has, and the placeholders of its file of
 * settings.
 */
final class SettingNames {
  private static final String METADATA = "META-INF/spring-configuration-metadata.json";
  private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([A-Za-z0-9._-]+)");
  private static final Set<String> OF_THE_JVM = Set.of("JDK_JAVA_OPTIONS");

  /** Read by a placeholder in both roles' code, so that no class declares it. */
  private static final Set<String> OF_BOTH_ROLES = Set.of("MILLRACE_QUEUE_REPLICAS");

  /** Where the client of S3 buckets looks. */
  private static final Set<String> OF_THE_S3_CLIENT =
      Set.of("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION");

  private static final Set<String> OF_S3_PROXYS_IMAGE =
      Set.of(
          "S3PROXY_ENDPOINT",
          "S3PROXY_AUTHORIZATION",
          "S3PROXY_IDENTITY",
          "S3PROXY_CREDENTIAL",
          "S3PROXY_JAVA_OPTS",
          "JCLOUDS_PROVIDER",
          "JCLOUDS_FILESYSTEM_BASEDIR");

  private static final Set<String> OF_KAFKAS_IMAGE = Set.of("CLUSTER_ID", "KAFKA_HEAP_OPTS");

  private final Set<String> names = new HashSet<>();
  private final Set<String> maps = new HashSet<>();

  private SettingNames() {}

  static SettingNames ofGateway() {
    return ofRole("api-gateway", "gateway.yml", "common-model", "files", "webhooks");
  }

  static SettingNames ofWorker() {
    return ofRole("executor-worker", "worker.yml", "common-model", "files");
  }

  private static SettingNames ofRole(String module, String settings, String... others) {
    SettingNames names = new SettingNames();
    try {
      for (URL each :
          Collections.list(SettingNames.class.getClassLoader().getResources(METADATA))) {
        if (!each.toString().contains("millrace") || each.getProtocol().equals("jar")) {
          names.addSpring(each);
        }
      }
      for (String each : Stream.concat(Stream.of(module), Stream.of(others)).toList()) {
        names.add(read(Project.file(each + "/target/classes/" + METADATA)));
      }
      Path file = Project.file(module + "/target/classes/" + settings);
      Matcher placeholder = PLACEHOLDER.matcher(Files.readString(file));
      while (placeholder.find()) {
        names.names.add(canonical(placeholder.group(1)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return names;
  }

  private void addSpring(URL url) throws IOException {
    try (InputStream in = url.openStream()) {
      JsonNode metadata = JsonMapper.shared().readTree(in);
      if (metadata.path("properties").valueStream().anyMatch(SettingNames::isSprings)) {
        add(metadata);
      }
    }
  }

  private static boolean isSprings(JsonNode property) {
    return property.path("name").asString().matches("(spring|server|management|logging)\\..*");
  }

  private static JsonNode read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return JsonMapper.shared().readTree(in);
    }
  }

  private void add(JsonNode metadata) {
    for (JsonNode property : metadata.path("properties")) {
      String name = canonical(property.path("name").asString());
      boolean open = property.path("type").asString("").startsWith("java.util.Map");
      (open ? maps : names).add(name);
    }
  }

  boolean bind(String variable) {
    String name = canonical(variable);
    return OF_THE_JVM.contains(variable)
        || OF_BOTH_ROLES.contains(variable)
        || OF_THE_S3_CLIENT.contains(variable)
        || names.contains(name)
        || maps.stream().anyMatch(each -> name.startsWith(each) && name.length() > each.length());
  }

  /** Spring compares without case, dashes and dots; a variable has underscores for both. */
  private static String canonical(String name) {
    return name.replaceAll("[._-]", "").toUpperCase(Locale.ROOT);
  }

  /** Whether the image of S3Proxy reads it. */
  static boolean s3ProxyTakes(String variable) {
    return OF_S3_PROXYS_IMAGE.contains(variable);
  }

  /** Whether the image of Apache Kafka makes a setting that the broker knows of this variable. */
  static boolean brokerTakes(String variable) {
    String name = variable.replaceFirst("^KAFKA_", "").toLowerCase(Locale.ROOT).replace('_', '.');
    return OF_KAFKAS_IMAGE.contains(variable)
        || variable.startsWith("KAFKA_") && KafkaConfig.configDef().names().contains(name);
  }
}
