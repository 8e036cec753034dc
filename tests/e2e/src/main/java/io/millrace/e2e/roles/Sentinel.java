package io.millrace.e2e.roles;

import io.millrace.e2e.Await;
import io.millrace.e2e.fault.Resp;
import io.millrace.standalone.EmbeddedRedis;
import io.millrace.standalone.Lifeline;
import io.millrace.standalone.testing.FreePort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A Redis Sentinel that watches one Redis, and finds its replicas by it. Not thread-safe. */
final class Sentinel implements AutoCloseable {

  private static final String MASTER = "millrace";

  /** Longer than any fault after which Redis comes back by itself. */
  private static final int PATIENT_MILLIS = 60_000;

  private static final int EAGER_MILLIS = 500;
  private static final Duration TAKE_OVER = Duration.ofSeconds(30);

  private final Process process;
  private final int port;

  private Sentinel(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /** Returns when it answers. */
  static Sentinel start(Path folder, EmbeddedRedis watched) {
    int port = FreePort.choose();
    try {
      Path settings = Files.createDirectories(folder).resolve("sentinel.conf");
      Files.writeString(
          settings,
          """
          port %d
          bind 127.0.0.1
          dir %s
          sentinel monitor %s %s %d 1
          sentinel down-after-milliseconds %s %d
          sentinel failover-timeout %s 3000
          """
              .formatted(
                  port,
                  folder,
                  MASTER,
                  watched.host(),
                  watched.port(),
                  MASTER,
                  PATIENT_MILLIS,
                  MASTER));
      String binary = watched.process().info().command().orElseThrow();
      Process process =
          new ProcessBuilder(Lifeline.tied(0, List.of(binary, settings.toString(), "--sentinel")))
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("sentinel.log").toFile())
              .start();
      Sentinel sentinel = new Sentinel(process, port);
      Await.until("Sentinel answers", TAKE_OVER, () -> sentinel.master() == watched.port());
      return sentinel;
    } catch (IOException e) {
      throw new UncheckedIOException("Sentinel cannot be started in " + folder, e);
    }
  }

  /** By which a gateway or worker finds Redis. */
  Map<String, String> settings() {
    return Map.of(
        "SPRING_DATA_REDIS_SENTINEL_MASTER",
        MASTER,
        "SPRING_DATA_REDIS_SENTINEL_NODES",
        "127.0.0.1:" + port);
  }

  /** Waits until it knows the replica, which it asks the watched one for every ten seconds. */
  void awaitReplica() {
    Await.until(
        "Sentinel knows a replica",
        TAKE_OVER,
        () -> !commands().list("SENTINEL", "REPLICAS", MASTER).isEmpty());
  }

  /** Has the watched one replaced, which is dead; returns when the one on this port is master. */
  void replaceBy(int replica) {
    set(EAGER_MILLIS);
    Await.until("the replica has taken over", TAKE_OVER, () -> master() == replica);
    set(PATIENT_MILLIS);
  }

  private int master() throws IOException {
    return Integer.parseInt(commands().list("SENTINEL", "GET-MASTER-ADDR-BY-NAME", MASTER).get(1));
  }

  private void set(int downAfterMillis) {
    commands().say("SENTINEL", "SET", MASTER, "down-after-milliseconds", "" + downAfterMillis);
  }

  private Resp commands() {
    return new Resp(port);
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
