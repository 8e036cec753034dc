package io.millrace.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/**
 * An installation started for a measurement, on free ports and with an empty data folder, by the
 * launcher that a person would use. Closing it stops every process and removes the folder.
 */
public final class Installation implements AutoCloseable {

  private static final Duration START = Duration.ofMinutes(3);
  private static final Duration STOP = Duration.ofSeconds(60);
  private static final Duration BEAT = Duration.ofMillis(200);

  /** The body that the service takes. */
  public static final String BODY = "{\"code\": ${code}, \"timeout\": 120}";

  private final Path launcher;
  private final ScratchFolder scratch;
  private final Path data;
  private final Map<String, String> environment = new HashMap<>();
  private final Deque<Process> processes = new ArrayDeque<>();
  private final Endpoint endpoint;
  private final Endpoint other;
  private final String gatewayManagement = FreePorts.next();

  private Installation(Path launcher, Map<String, String> settings) throws IOException {
    this.launcher = launcher;
    this.scratch = ScratchFolder.make("");
    this.data = scratch.path();
    String key = "bench-" + UUID.randomUUID();
    String port = FreePorts.next();
    String kafka = FreePorts.next();
    String redis = FreePorts.next();
    environment.put("SERVER_PORT", port);
    String otherKey = "other-" + UUID.randomUUID();
    environment.put("MILLRACE_API_KEYS", "bench:" + key + ",other:" + otherKey);
    environment.put("MILLRACE_DATA_DIR", data.toString());
    environment.put("MILLRACE_KAFKA_PORT", kafka);
    environment.put("MILLRACE_REDIS_PORT", redis);
    environment.put("SPRING_KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:" + kafka);
    environment.put("SPRING_DATA_REDIS_HOST", "127.0.0.1");
    environment.put("SPRING_DATA_REDIS_PORT", redis);
    environment.putAll(settings);
    this.endpoint = endpoint(port, key);
    this.other = endpoint(port, otherKey);
  }

  private static Endpoint endpoint(String port, String key) {
    return new Endpoint(
        URI.create("http://127.0.0.1:" + port + "/v1/code/execute/python"),
        List.of("x-api-key: " + key),
        BODY);
  }

  /** Everything by {@code millrace up}, ready when this returns. */
  public static Installation up(Path launcher, Map<String, String> settings)
      throws InterruptedException {
    return started(launcher, settings, 0);
  }

  /** Stores, a gateway, and so many worker processes. */
  public static Installation ofWorkers(Path launcher, Map<String, String> settings, int workers)
      throws InterruptedException {
    return started(launcher, settings, workers);
  }

  private static Installation started(Path launcher, Map<String, String> settings, int workers)
      throws InterruptedException {
    try {
      Installation installation = new Installation(launcher, settings);
      try {
        if (workers == 0) {
          installation.start("up");
          installation.await(1);
        } else {
          installation.startRoles(workers);
        }
        return installation;
      } catch (RuntimeException | InterruptedException e) {
        installation.close();
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("no folder for an installation", e);
    }
  }

  private void startRoles(int workers) throws InterruptedException {
    start("infra");
    start("gateway");
    await(0);
    for (int i = 0; i < workers; i++) {
      start("worker");
    }
    await(workers);
  }

  /** Where its jobs are sent. */
  public Endpoint endpoint() {
    return endpoint;
  }

  /** The same with the key of somebody else. */
  public Endpoint other() {
    return other;
  }

  /** A figure of the gateway's own, summed over its labels; NaN where there is none. */
  public double metric(String name) {
    return metric(name, "");
  }

  /** Bytes of heap that the gateway uses now. */
  public double heap() {
    return metric("jvm_memory_used_bytes", "area=\"heap\"");
  }

  private double metric(String name, String label) {
    URI metrics = URI.create("http://127.0.0.1:" + gatewayManagement + "/actuator/prometheus");
    return Prometheus.sum(
        new Endpoint(metrics, List.of(), "").ask("GET", metrics.getPath()).body(), name, label);
  }

  /** {@code GET /v1/queue}. */
  public JsonNode queue() {
    return new ObjectMapper().readTree(endpoint.ask("GET", "/v1/queue").body());
  }

  /** What its Redis and its Kafka count. */
  public Stores stores() {
    long kafka =
        all()
            .filter(each -> role(each).equals("Kafka"))
            .mapToLong(ProcessHandle::pid)
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("there is no process of Kafka"));
    return new Stores(Integer.parseInt(environment.getOrDefault("MILLRACE_REDIS_PORT", "")), kafka);
  }

  /** Cpu time that its processes have used up to now, by what they are. */
  public Map<String, Duration> cpu() {
    Map<String, Duration> used = new HashMap<>();
    all()
        .forEach(
            each ->
                used.merge(
                    role(each),
                    each.info().totalCpuDuration().orElse(Duration.ZERO),
                    Duration::plus));
    return used;
  }

  /** What the kernel has counted of their threads up to now. */
  public Map<String, Threads.Counts> threads() {
    return Threads.of(all().toList(), Installation::role);
  }

  /**
   * The most memory, in bytes, that its processes have had since {@link #forgetMemory}, by what
   * they are; pages that several share count for each.
   */
  public Map<String, Long> mostMemory() {
    Map<String, Long> most = new HashMap<>();
    all().forEach(each -> most.merge(role(each), peak(each.pid()), Long::sum));
    return most;
  }

  /** What its processes have now is the most that they have had. */
  public void forgetMemory() {
    all()
        .forEach(
            each -> {
              try {
                Files.writeString(Path.of("/proc/" + each.pid() + "/clear_refs"), "5");
              } catch (IOException e) {
                // It has ended.
              }
            });
  }

  private static long peak(long pid) {
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
      return lines
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
          .sum();
    } catch (IOException e) {
      return 0; // it has ended
    }
  }

  private Stream<ProcessHandle> all() {
    return processes.stream()
        .flatMap(process -> Stream.concat(Stream.of(process.toHandle()), process.descendants()));
  }

  private static String role(ProcessHandle process) {
    return role(process.info().commandLine().orElse(""));
  }

  private static String role(String command) {
    // The supervisor's names the others' jars.
    return Stream.of("Supervisor", "Infrastructure", "redis", "api-gateway", "executor-worker")
        .filter(command::contains)
        .findFirst()
        .map(name -> name.equals("Infrastructure") ? "Kafka" : name)
        .orElse("sandboxes and others");
  }

  private void start(String role) {
    ProcessBuilder builder = new ProcessBuilder(launcher.toString(), role);
    builder.environment().putAll(environment);
    boolean hasGateway = !role.equals("worker") && !role.equals("infra");
    builder
        .environment()
        .put("MANAGEMENT_SERVER_PORT", hasGateway ? gatewayManagement : FreePorts.next());
    builder.redirectErrorStream(true);
    builder.redirectOutput(
        ProcessBuilder.Redirect.appendTo(data.resolve("bench-" + role + ".log").toFile()));
    try {
      processes.push(builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException(launcher + " " + role + " did not start", e);
    }
  }

  private void await(int workers) throws InterruptedException {
    awaitReady();
    await(
        () ->
            endpoint.ask("GET", "/v1/queue").status() == 200
                && queue().get("workers").asInt() >= workers);
  }

  private void await(BooleanSupplier there) throws InterruptedException {
    long end = System.nanoTime() + START.toNanos();
    while (System.nanoTime() - end < 0) {
      if (processes.stream().anyMatch(process -> !process.isAlive())) {
        throw new IllegalStateException("a process ended at once; its last words:\n" + lastWords());
      }
      if (there.getAsBoolean()) {
        return;
      }
      TimeUnit.MILLISECONDS.sleep(BEAT.toMillis());
    }
    throw new IllegalStateException("not ready after " + START + "; last words:\n" + lastWords());
  }

  /** Returns when its gateway says that it is ready, as an orchestrator would ask. */
  public void awaitReady() throws InterruptedException {
    URI probe = URI.create("http://127.0.0.1:" + gatewayManagement + "/actuator/health/readiness");
    await(() -> new Endpoint(probe, List.of(), "").ask("GET", probe.getPath()).status() == 200);
  }

  /** Returns when {@code up} has told its user that everything runs. */
  public void awaitWelcome() throws InterruptedException {
    await(
        () -> {
          try {
            return Files.readString(data.resolve("bench-up.log")).contains("Try it:");
          } catch (IOException e) {
            throw new UncheckedIOException("what up says cannot be read", e);
          }
        });
  }

  private String lastWords() {
    try (Stream<Path> logs = Files.list(data)) {
      StringBuilder words = new StringBuilder();
      for (Path log : logs.filter(file -> file.toString().endsWith(".log")).sorted().toList()) {
        List<String> lines = Files.readAllLines(log);
        lines
            .subList(Math.max(0, lines.size() - 15), lines.size())
            .forEach(line -> words.append(line).append('\n'));
      }
      return words.toString();
    } catch (IOException e) {
      return "none";
    }
  }

  @Override
  public void close() throws InterruptedException {
    for (Process process : processes) {
      process.destroy();
      if (!process.waitFor(STOP.toSeconds(), TimeUnit.SECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
      }
    }
    scratch.close();
  }
}
