package io.millrace.deploy;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.util.unit.DataSize;
import tools.jackson.databind.JsonNode;

/** All that must hold for the compose file. */
final class ComposeRules {
  private static final Set<String> OWN = Set.of("gateway", "worker", "keys");
  private static final DataSize HEAP = DataSize.ofMegabytes(256);
  private static final DataSize REST_OF_THE_JVM = DataSize.ofMegabytes(384);

  private final Compose compose;
  private final List<String> violations = new ArrayList<>();

  private ComposeRules(Compose compose) {
    this.compose = compose;
  }

  static List<String> violatedBy(Compose compose) {
    ComposeRules rules = new ComposeRules(compose);
    compose.services().forEach(each -> rules.unprivileged(each.getKey(), each.getValue()));
    compose.services().forEach(each -> rules.wellConnected(each.getKey(), each.getValue()));
    rules.onlyTheGatewayIsPublished();
    rules.startInOrder();
    rules.environmentsAreRead();
    rules.addressesAgree();
    rules.theWorkerFits();
    rules.buildsAreThere();
    return rules.violations;
  }

  private void unprivileged(String name, JsonNode service) {
    rule(texts(service.path("cap_drop")).equals(List.of("ALL")), name + " does not drop ALL");
    rule(!service.has("cap_add"), name + " adds capabilities");
    rule(!service.path("privileged").asBoolean(false), name + " is privileged");
    List<String> options = texts(service.path("security_opt"));
    rule(options.contains("no-new-privileges:true"), name + " may gain privileges");
    rule(!options.contains("seccomp:unconfined"), name + " has no seccomp profile");
    for (String each : List.of("pid", "ipc", "userns_mode", "devices")) {
      rule(!service.has(each), name + " shares with the host: " + each);
    }
    rule(!service.path("network_mode").asString("").equals("host"), name + " has host network");
    rule(
        texts(service.path("volumes")).stream().noneMatch(it -> it.matches("[./~].*")),
        name + " mounts a folder of the host");
    rule(service.has("mem_limit") || name.equals("keys"), name + " has no limit of memory");
    rule(service.has("pids_limit") || name.equals("keys"), name + " has no limit of processes");
    rule(!service.path("image").asString().matches(".+:latest|[^:]+"), name + " has no version");
    if (OWN.contains(name)) {
      rule(service.path("read_only").asBoolean(false), name + " can write to its image");
    }
    for (String option : options) {
      if (option.startsWith("seccomp:")) {
        String file = option.substring("seccomp:".length());
        rule(Files.exists(Project.file(file)), name + ": no such profile: " + file);
      }
    }
  }

  private void wellConnected(String name, JsonNode service) {
    for (String network : texts(service.path("networks"))) {
      JsonNode declared = compose.body().path("networks").path(network);
      rule(!declared.isMissingNode(), name + " is on a network that is not there: " + network);
      rule(
          name.equals("gateway") || declared.path("internal").asBoolean(false),
          name + " has a way out: " + network);
    }
    for (String volume : texts(service.path("volumes"))) {
      String source = volume.substring(0, Math.max(volume.indexOf(':'), 0));
      rule(
          compose.body().path("volumes").has(source),
          name + " has a volume that is not declared: " + source);
    }
  }

  private void onlyTheGatewayIsPublished() {
    compose
        .services()
        .filter(each -> each.getValue().has("ports"))
        .forEach(each -> rule(each.getKey().equals("gateway"), each.getKey() + " is published"));
    String port = compose.environment("gateway").getOrDefault("SERVER_PORT", "");
    rule(
        texts(compose.service("gateway").path("ports")).equals(List.of("127.0.0.1:8080:" + port)),
        "the published port is not the gateway's, or not on loopback alone");
  }

  private void startInOrder() {
    compose
        .services()
        .forEach(
            each ->
                each.getValue()
                    .path("depends_on")
                    .forEachEntry((on, how) -> dependsOn(each.getKey(), on, how)));
    for (String role : List.of("gateway", "worker")) {
      for (String on : List.of("files", "kafka", "redis")) {
        rule(compose.service(role).path("depends_on").has(on), role + " does not wait for " + on);
      }
    }
  }

  private void dependsOn(String name, String on, JsonNode how) {
    JsonNode service = compose.service(on);
    String condition = how.path("condition").asString("");
    if (condition.equals("service_completed_successfully")) {
      rule(
          service.path("restart").asString("").equals("no"),
          name + " waits for the end of " + on + ", which is restarted for ever");
    } else {
      rule(
          condition.equals("service_healthy") && service.has("healthcheck"),
          name + " waits for " + on + ", whose health nobody knows");
    }
  }

  private void environmentsAreRead() {
    Map<String, Predicate<String>> readers =
        Map.of(
            "files", SettingNames::s3ProxyTakes,
            "gateway", SettingNames.ofGateway()::bind,
            "keys", SettingNames.ofGateway()::bind,
            "worker", SettingNames.ofWorker()::bind,
            "kafka", SettingNames::brokerTakes);
    compose
        .services()
        .forEach(
            each ->
                compose.environment(each.getKey()).keySet().stream()
                    .filter(readers.getOrDefault(each.getKey(), name -> false).negate())
                    .forEach(name -> violations.add(each.getKey() + " does not read " + name)));
  }

  private void addressesAgree() {
    for (String role : List.of("gateway", "worker")) {
      Map<String, String> environment = compose.environment(role);
      String kafka = environment.getOrDefault("SPRING_KAFKA_BOOTSTRAP_SERVERS", "");
      rule(
          compose
              .environment("kafka")
              .getOrDefault("KAFKA_ADVERTISED_LISTENERS", "")
              .equals("PLAINTEXT://" + kafka),
          role + " looks for Kafka where it does not listen: " + kafka);
      String redis = environment.getOrDefault("SPRING_DATA_REDIS_HOST", "");
      rule(
          compose.body().path("services").has(redis)
              && environment.getOrDefault("SPRING_DATA_REDIS_PORT", "").equals("6379"),
          role + " looks for Redis where it does not listen: " + redis);
      Map<String, String> files = compose.environment("files");
      String s3 = environment.getOrDefault("MILLRACE_FILES_S3_ENDPOINT", "");
      rule(
          s3.equals(files.getOrDefault("S3PROXY_ENDPOINT", "").replace("://0.0.0.0:", "://files:")),
          role + " looks for files where they are not: " + s3);
      rule(
          environment
              .getOrDefault("AWS_SECRET_ACCESS_KEY", "none")
              .equals(files.get("S3PROXY_CREDENTIAL")),
          role + " has another secret than the store of files");
    }
    rule(
        compose
            .environment("keys")
            .getOrDefault("MILLRACE_API_KEYS_FILE", "")
            .equals(compose.environment("gateway").get("MILLRACE_API_KEYS_FILE")),
        "the gateway reads its keys from another file than the one that is made");
  }

  private void theWorkerFits() {
    JsonNode worker = compose.service("worker");
    Map<String, String> environment = compose.environment("worker");
    long needed =
        Long.parseLong(environment.getOrDefault("MILLRACE_WORKER_SLOTS", "0"))
                * DataSize.parse(environment.getOrDefault("MILLRACE_SANDBOX_MEMORY", "0")).toBytes()
            + HEAP.toBytes()
            + REST_OF_THE_JVM.toBytes();
    String limit = worker.path("mem_limit").asString("").replace("g", "GB").replace("m", "MB");
    rule(DataSize.parse(limit).toBytes() >= needed, "worker needs " + needed + " bytes of memory");
    rule(worker.path("deploy").path("replicas").asInt(1) == 2, "there are not two workers");
    rule(
        environment.getOrDefault("MILLRACE_SANDBOX_REQUIRE", "").equals("strong"),
        "worker would run without the strong tier");
  }

  private void buildsAreThere() {
    compose
        .services()
        .filter(each -> each.getValue().has("build"))
        .forEach(
            each -> {
              JsonNode build = each.getValue().path("build");
              String file = build.path("dockerfile").asString();
              rule(Files.exists(Project.file(file)), each.getKey() + ": no such file: " + file);
              Set<String> declared =
                  Files.exists(Project.file(file)) ? Dockerfile.file(file).arguments() : Set.of();
              build
                  .path("args")
                  .propertyNames()
                  .forEach(
                      name ->
                          rule(declared.contains(name), each.getKey() + " builds without " + name));
            });
  }

  private void rule(boolean holds, String otherwise) {
    if (!holds) {
      violations.add(otherwise);
    }
  }

  private static List<String> texts(JsonNode list) {
    Stream<JsonNode> each = list.isArray() ? list.valueStream() : Stream.empty();
    return each.map(JsonNode::asString).collect(Collectors.toList());
  }
}
