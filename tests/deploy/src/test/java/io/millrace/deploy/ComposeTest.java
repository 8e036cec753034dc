package io.millrace.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class ComposeTest {
  private static final List<String> SAME_FOR_A_BUILDER =
      List.of(
          "restart",
          "read_only",
          "cap_drop",
          "security_opt",
          "stop_grace_period",
          "logging",
          "pids_limit",
          "depends_on");

  @Test
  void theComposeFileBreaksNoRule() {
    assertThat(ComposeRules.violatedBy(Compose.file())).isEmpty();
  }

  @Test
  void theBrokerIsTheSameAsInTheClusterForDevelopment() {
    Map<String, String> compose = Compose.file().environment("kafka");
    Map<String, String> cluster =
        Manifest.strings(
            Overlay.rendered("overlays/dev").body("ConfigMap", "kafka-settings").path("data"));
    for (String place : new String[] {"KAFKA_ADVERTISED_LISTENERS", "KAFKA_LOG_DIRS"}) {
      compose.remove(place);
      cluster.remove(place);
    }
    assertThat(compose).isEqualTo(cluster);
  }

  /** A builder is a worker with another name, more memory, and a way out that workers have not. */
  @Test
  void ofPackagesTheBuilderAloneHasAWayOut() {
    JsonNode worker = Compose.file().service("worker");
    Compose packages = Compose.parsed(Project.text("docker/packages.yml"));
    JsonNode builder = packages.service("builder");
    for (String same : SAME_FOR_A_BUILDER) {
      assertThat(builder.path(same)).as(same).isEqualTo(worker.path(same));
    }
    for (String same : List.of("image", "build")) {
      assertThat(builder.path(same)).as(same).isEqualTo(packages.service("worker").path(same));
    }
    assertThat(builder.path("networks").toString()).isEqualTo("[\"queue\",\"edge\"]");
    assertThat(packages.service("worker").has("networks")).isFalse();
  }

  @Test
  void ofPackagesEachServiceReadsWhatItIsGiven() {
    Compose packages = Compose.parsed(Project.text("docker/packages.yml"));
    Map<String, String> expected = Compose.file().environment("worker");
    expected.putAll(Compose.parsed(Project.text("docker/network.yml")).environment("worker"));
    expected.putAll(packages.environment("worker"));
    expected.putAll(
        Map.of(
            "MILLRACE_PACKAGES_BUILDER", "true",
            "MILLRACE_PACKAGES_BUILDS", "1",
            "MILLRACE_WORKER_SLOTS", "1"));
    assertThat(packages.environment("builder")).isEqualTo(expected);
    assertThat(packages.environment("builder").keySet()).allMatch(SettingNames.ofWorker()::bind);
    assertThat(packages.environment("gateway").keySet()).allMatch(SettingNames.ofGateway()::bind);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("mistakes")
  void aBrokenCopyIsCaught(String expected, Consumer<Compose> mistake) {
    Compose broken = Compose.file().copy();
    mistake.accept(broken);
    assertThat(ComposeRules.violatedBy(broken))
        .anySatisfy(violation -> assertThat(violation).contains(expected));
  }

  static Stream<Arguments> mistakes() {
    return Stream.of(
        broken("worker is privileged", in("worker", it -> it.put("privileged", true))),
        broken(
            "worker adds capabilities",
            in("worker", it -> it.putArray("cap_add").add("SYS_ADMIN"))),
        broken("gateway does not drop ALL", in("gateway", it -> it.remove("cap_drop"))),
        broken("gateway may gain privileges", in("gateway", it -> it.remove("security_opt"))),
        broken(
            "worker has no seccomp profile",
            in("worker", it -> it.withArray("security_opt").add("seccomp:unconfined"))),
        broken(
            "no such profile",
            in("worker", it -> it.withArray("security_opt").add("seccomp:docker/none.json"))),
        broken("shares with the host: pid", in("worker", it -> it.put("pid", "host"))),
        broken("has host network", in("worker", it -> it.put("network_mode", "host"))),
        broken(
            "mounts a folder of the host",
            in("gateway", it -> it.withArray("volumes").add("/var/run/docker.sock:/s"))),
        broken("has no limit of memory", in("kafka", it -> it.remove("mem_limit"))),
        broken("has no limit of processes", in("worker", it -> it.remove("pids_limit"))),
        broken("redis has no version", in("redis", it -> it.put("image", "redis:latest"))),
        broken("gateway can write to its image", in("gateway", it -> it.remove("read_only"))),
        broken("worker has a way out", in("worker", it -> it.withArray("networks").add("edge"))),
        broken(
            "a network that is not there",
            in("worker", it -> it.withArray("networks").add("queues"))),
        broken(
            "a volume that is not declared",
            in("redis", it -> it.putArray("volumes").add("redis:/data"))),
        broken("redis is published", in("redis", it -> it.putArray("ports").add("6379:6379"))),
        broken(
            "the published port is not the gateway's",
            in("gateway", it -> it.withObject("environment").put("SERVER_PORT", "8081"))),
        broken("not on loopback alone", in("gateway", it -> it.putArray("ports").add("8080:8080"))),
        broken("whose health nobody knows", in("kafka", it -> it.remove("healthcheck"))),
        broken(
            "worker does not wait for redis",
            in("worker", it -> it.withObject("depends_on").remove("redis"))),
        broken("which is restarted for ever", in("keys", it -> it.put("restart", "always"))),
        broken(
            "worker does not read MILLRACE_WORKER_SLOT",
            in("worker", it -> it.withObject("environment").put("MILLRACE_WORKER_SLOT", "1"))),
        broken(
            "kafka does not read KAFKA_GROUP_SHARE_MAX_SIZES",
            in(
                "kafka",
                it -> it.withObject("environment").put("KAFKA_GROUP_SHARE_MAX_SIZES", "1"))),
        broken(
            "looks for Kafka where it does not listen",
            in(
                "worker",
                it ->
                    it.withObject("environment")
                        .put("SPRING_KAFKA_BOOTSTRAP_SERVERS", "kafka:9093"))),
        broken(
            "looks for Redis where it does not listen",
            in(
                "gateway",
                it -> it.withObject("environment").put("SPRING_DATA_REDIS_HOST", "valkey"))),
        broken(
            "reads its keys from another file",
            in(
                "gateway",
                it -> it.withObject("environment").put("MILLRACE_API_KEYS_FILE", "/keys"))),
        broken("worker needs", in("worker", it -> it.put("mem_limit", "1g"))),
        broken("there are not two workers", in("worker", it -> it.remove("deploy"))),
        broken(
            "without the strong tier",
            in(
                "worker",
                it -> it.withObject("environment").put("MILLRACE_SANDBOX_REQUIRE", "fallback"))),
        broken(
            "builds without PREIMPORTS",
            in("worker", it -> it.withObject("build").withObject("args").put("PREIMPORTS", "x"))),
        broken(
            "no such file: docker/none",
            in("worker", it -> it.withObject("build").put("dockerfile", "docker/none"))));
  }

  private static Arguments broken(String expected, Consumer<Compose> mistake) {
    return arguments(expected, mistake);
  }

  private static Consumer<Compose> in(String service, Consumer<ObjectNode> mistake) {
    return compose -> mistake.accept((ObjectNode) compose.service(service));
  }
}
