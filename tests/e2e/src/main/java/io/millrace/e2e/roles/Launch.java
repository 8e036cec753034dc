package io.millrace.e2e.roles;

import io.millrace.standalone.testing.FreePort;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Starts gateways and workers against one broker and one Redis. */
public final class Launch {

  /** The key of every caller. */
  public static final String API_KEY = "e2e-key-5f0c1d7a9b3e4826";

  private final ClusterPlan plan;
  private final Path folder;
  private final String bootstrapServers;
  private final Map<String, String> redis;

  Launch(ClusterPlan plan, Path folder, String bootstrapServers, Map<String, String> redis) {
    this.plan = plan;
    this.folder = folder;
    this.bootstrapServers = bootstrapServers;
    this.redis = Map.copyOf(redis);
  }

  /** Against another Redis port: that of a proxy, say. */
  public Launch throughRedis(int port) {
    return new Launch(plan, folder, bootstrapServers, RedisRole.at(port));
  }

  /** Against another broker address. */
  public Launch throughBroker(String servers) {
    return new Launch(plan, folder, servers, redis);
  }

  /** With one more setting. */
  public Launch with(String setting, String value) {
    return new Launch(plan.with(setting, value), folder, bootstrapServers, redis);
  }

  /** Starts a gateway and returns at once. */
  public Role gateway(String name, String... flags) {
    int port = FreePort.choose();
    int managementPort = FreePort.choose();
    Map<String, String> settings = common(managementPort);
    settings.put("SERVER_PORT", "" + port);
    settings.putIfAbsent("MILLRACE_API_KEYS", API_KEY);
    // Nobody asks here how long a first burst waits, and gateways are started by the dozen.
    settings.putIfAbsent("MILLRACE_GATEWAY_REHEARSAL", "0");
    return Role.start(
        new RoleSpec(
            name, command(Jars.GATEWAY, name, flags), settings, folder, port, managementPort));
  }

  /** Starts a worker and returns at once. */
  public Role worker(String name, String... flags) {
    int port = FreePort.choose();
    List<String> command = command(Jars.WORKER, name, flags);
    // Its word that a run begins, which the checker counts.
    command.add("--logging.level.io.millrace.worker.JobLoop=debug");
    return Role.start(new RoleSpec(name, command, common(port), folder, port, port));
  }

  private Map<String, String> common(int managementPort) {
    Map<String, String> settings = new HashMap<>(plan.settings());
    settings.put("SPRING_KAFKA_BOOTSTRAP_SERVERS", bootstrapServers);
    settings.putAll(redis);
    settings.put("MANAGEMENT_SERVER_PORT", "" + managementPort);
    return settings;
  }

  private List<String> command(String jar, String name, String... flags) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:+ExitOnOutOfMemoryError",
            "-Djava.io.tmpdir=" + folder.resolve(name + "-tmp")));
    // A later flag of the same kind wins.
    command.addAll(List.of(flags));
    command.addAll(List.of("-jar", Jars.find(jar).toString()));
    return command;
  }
}
