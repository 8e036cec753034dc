package io.millrace.standalone;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The three roles on one machine: who gets which memory, ports and secrets. */
final class Roles {
  /**
   * Here they share a few cores with the jobs. The full compiler would halve the rate of the first
   * thousands of jobs. Between two steps of a job the caches have been used by Python, so that a
   * step costs what it touches: huge pages make that a tenth less. A JVM samples the counters of
   * jstat twenty times a second, which is felt where nothing else happens.
   */
  private static final List<String> JVM_FLAGS =
      List.of(
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "-XX:+UseTransparentHugePages",
          "-XX:+ExitOnOutOfMemoryError",
          "-XX:-UsePerfData");

  /** Whether the worker builds packages: where jobs may ask for some, it is the only one. */
  private static final String PACKAGES_BUILDER = "MILLRACE_PACKAGES_BUILDER";

  /** Where kept files are; set to nothing, none are kept. */
  private static final String FILES_STORE = "MILLRACE_FILES_STORE";

  private static final int INFRA_GRACE_SECONDS = 20;
  private static final int GATEWAY_GRACE_SECONDS = 45;
  private static final int WORKER_GRACE_SECONDS = 45;

  private final StandaloneSettings settings;
  private final int workerPort;
  private final Map<String, String> environment;

  /** {@code environment} is the supervisor's own, which each role has but for what it sets here. */
  Roles(RunningUp up, Map<String, String> environment) {
    this.settings = up.settings();
    this.workerPort = up.workerPort();
    this.environment = environment;
  }

  Role infrastructure() {
    Path output = logs().resolve("infra.out");
    List<String> command = java("-Xmx256m");
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), Infrastructure.class.getName()));
    return new Role(
        "infrastructure",
        command,
        Map.of(
            StandaloneSettings.DATA_DIR, settings.dataDir().toString(),
            StandaloneSettings.KAFKA_PORT, "" + settings.kafkaPort(),
            StandaloneSettings.REDIS_PORT, "" + settings.redisPort()),
        output,
        logs().resolve("infra.log"),
        Readiness.ofLine(output, Infrastructure.READY),
        INFRA_GRACE_SECONDS);
  }

  Role gateway(Path jar, String apiKeys) {
    Map<String, String> own = ofAnApplication("gateway");
    own.put(LocalKeys.SETTING, apiKeys);
    own.put(StandaloneSettings.SERVER_PORT, "" + settings.serverPort());
    own.put(StandaloneSettings.MANAGEMENT_PORT, "" + settings.managementPort());
    return application("gateway", jar, own, settings.managementPort(), GATEWAY_GRACE_SECONDS);
  }

  Role worker(Path jar) {
    Map<String, String> own = ofAnApplication("worker");
    // The worker runs other people's code and has no use for the keys.
    own.put(LocalKeys.SETTING, "");
    own.put(StandaloneSettings.MANAGEMENT_PORT, "" + workerPort);
    return application("worker", jar, own, workerPort, WORKER_GRACE_SECONDS);
  }

  private Role application(
      String name, Path jar, Map<String, String> own, int managementPort, int graceSeconds) {
    List<String> command = java("-Xmx512m");
    command.addAll(List.of("-jar", jar.toString()));
    return new Role(
        name,
        command,
        own,
        logs().resolve(name + ".out"),
        logs().resolve(name + ".log"),
        Readiness.ofProbe(managementPort),
        graceSeconds);
  }

  /** Where its stores are, and its log into a file of its own that does not grow without end. */
  private Map<String, String> ofAnApplication(String name) {
    Map<String, String> own = new HashMap<>();
    own.put("SPRING_KAFKA_BOOTSTRAP_SERVERS", EmbeddedBroker.HOST + ":" + settings.kafkaPort());
    own.put("SPRING_DATA_REDIS_HOST", EmbeddedRedis.HOST);
    own.put("SPRING_DATA_REDIS_PORT", "" + settings.redisPort());
    own.put(
        FILES_STORE,
        environment.getOrDefault(FILES_STORE, "dir:" + settings.dataDir().resolve("files")));
    String packages = environment.getOrDefault("MILLRACE_PACKAGES", "off");
    if (!packages.isBlank() && !packages.equals("off")) {
      own.put(
          PACKAGES_BUILDER, environment.getOrDefault(PACKAGES_BUILDER, Boolean.TRUE.toString()));
    }
    own.put("LOGGING_FILE_NAME", logs().resolve(name + ".log").toString());
    own.put("LOGGING_LOGBACK_ROLLINGPOLICY_TOTALSIZECAP", "100MB");
    own.put("LOGGING_THRESHOLD_CONSOLE", "off");
    own.put("SPRING_MAIN_BANNERMODE", "off");
    return own;
  }

  private static List<String> java(String heap) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add(heap);
    command.addAll(JVM_FLAGS);
    return command;
  }

  private Path logs() {
    return DataFolder.logs(settings.dataDir());
  }
}
