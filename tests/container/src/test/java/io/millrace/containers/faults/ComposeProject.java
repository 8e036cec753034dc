package io.millrace.containers.faults;

import io.millrace.e2e.Await;
import io.millrace.e2e.drive.Client;
import io.millrace.e2e.drive.StartLog;
import io.millrace.e2e.history.Event;
import io.millrace.standalone.testing.FreePort;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The compose file's services under a name of their own, on a free port, with volumes that go when
 * it is closed. Images that are not there are built. Not thread-safe.
 */
final class ComposeProject implements AutoCloseable {
  private static final String NAME = "millrace-faults";
  private static final String FILE = "../docker-compose.yml";
  private static final String MORE = "src/test/resources/faults-compose.yml";
  private static final Duration HEALTHY = Duration.ofMinutes(2);
  private static final List<String> LASTING =
      List.of("kafka-1", "redis-1", "gateway-1", "worker-1", "worker-2");

  private static final List<String> ROLES = List.of("gateway-1", "worker-1", "worker-2");

  private final int port = FreePort.choose();
  private final Docker docker = new Docker(Map.of("MILLRACE_PORT", Integer.toString(port)));
  private final Path folder;

  private ComposeProject(Path folder) {
    this.folder = folder;
  }

  /** Returns when all of it is healthy; logs are written below {@code folder}. */
  static ComposeProject up(Path folder) {
    ComposeProject project = new ComposeProject(folder);
    try {
      project.compose("down", "--volumes", "--remove-orphans");
      project.compose("up", "--detach", "--wait");
      return project;
    } catch (RuntimeException | Error e) {
      project.close();
      throw e;
    }
  }

  Client client() {
    String key = compose("exec", "-T", "gateway", "cat", "/var/lib/millrace/api-keys");
    return new Client(URI.create("http://127.0.0.1:" + port), key);
  }

  /** As {@code kill -9}: the engine starts again by itself only what ended by itself. */
  void kill(String container) {
    docker.run("kill", name(container));
  }

  void start(String container) {
    docker.run("start", name(container));
  }

  void pause(String container) {
    docker.run("pause", name(container));
  }

  void unpause(String container) {
    docker.run("unpause", name(container));
  }

  /** From Kafka, Redis and whoever asks them. */
  void disconnect(String container) {
    docker.run("network", "disconnect", NAME + "_queue", name(container));
  }

  /** Under the name that the others know it by; its address may be another. */
  void connect(String container) {
    String service = container.substring(0, container.lastIndexOf('-'));
    docker.run("network", "connect", "--alias", service, NAME + "_queue", name(container));
  }

  /** Returns when the health check of every container says so and our roles reach their stores. */
  void awaitHealthy() {
    for (String each : LASTING) {
      Await.until(
          each + " is healthy",
          HEALTHY,
          () ->
              docker
                  .run("inspect", "--format", "{{.State.Health.Status}}", name(each))
                  .equals("healthy"));
    }
    for (String each : ROLES) {
      Await.until(
          each + " reaches its stores",
          HEALTHY,
          () -> docker.succeeds("exec", name(each), "ready.sh", "dependencies"));
    }
  }

  /** Every start that a worker wrote into its log since a moment. */
  List<Event.Started> starts(long since) {
    return Stream.of("worker-1", "worker-2")
        .flatMap(
            worker -> {
              Path log = folder.resolve(worker + ".log");
              docker.runInto(log, "logs", name(worker));
              return StartLog.read(worker, log).stream();
            })
        .filter(start -> start.at() >= since)
        .toList();
  }

  private static String name(String container) {
    return NAME + "-" + container;
  }

  private String compose(String... words) {
    return docker.run(
        Stream.concat(
                Stream.of("compose", "--project-name", NAME, "--file", FILE, "--file", MORE),
                Stream.of(words))
            .toArray(String[]::new));
  }

  @Override
  public void close() {
    compose("down", "--volumes", "--timeout", "5");
  }
}
