package io.millrace.e2e.roles;

import io.millrace.e2e.Await;
import io.millrace.e2e.fault.Resp;
import io.millrace.standalone.EmbeddedRedis;
import io.millrace.standalone.testing.FreePort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Redis, which can be killed, frozen and started again on its disk and port, and be replaced by its
 * replica where it has one. Not thread-safe.
 */
public final class RedisRole implements AutoCloseable {

  private static final Duration SOON = Duration.ofSeconds(30);

  private final List<String> arguments;
  private Path folder;
  private EmbeddedRedis redis;
  private @Nullable Standby standby;

  /** What takes over from it, and who sees to that. */
  private record Standby(Path folder, EmbeddedRedis replica, Sentinel sentinel) {}

  private RedisRole(Path folder, List<String> arguments) {
    this.folder = folder;
    this.arguments = List.copyOf(arguments);
    this.redis = launch(folder, 0);
  }

  static RedisRole start(Path folder, RedisTopology topology) {
    List<String> arguments = List.of("--enable-debug-command", "local");
    return switch (topology) {
      case SINGLE -> new RedisRole(folder, arguments);
      case SENTINEL -> new RedisRole(folder, arguments).withStandby();
      case CLUSTER ->
          new RedisRole(
                  folder,
                  Stream.concat(
                          arguments.stream(),
                          Stream.of(
                              "--cluster-enabled", "yes", "--cluster-port", "" + FreePort.choose()))
                      .toList())
              .withAllSlots();
    };
  }

  private RedisRole withStandby() {
    Path other = folder.resolveSibling(folder.getFileName() + "-replica");
    Sentinel sentinel =
        Sentinel.start(folder.resolveSibling(folder.getFileName() + "-sentinel"), redis);
    standby = new Standby(other, launchReplica(other, 0), sentinel);
    return this;
  }

  private RedisRole withAllSlots() {
    commands().say("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
    Await.until(
        "Redis Cluster is whole",
        SOON,
        () -> commands().text("CLUSTER", "INFO").contains("cluster_state:ok"));
    return this;
  }

  private EmbeddedRedis launch(Path where, int port, String... more) {
    return EmbeddedRedis.start(
        where, port, Stream.concat(arguments.stream(), Stream.of(more)).toArray(String[]::new));
  }

  private EmbeddedRedis launchReplica(Path where, int port) {
    return launch(where, port, "--replicaof", redis.host(), "" + redis.port());
  }

  public int port() {
    return redis.port();
  }

  /** By which a gateway or worker finds it, through a failover too. */
  Map<String, String> settings() {
    if (standby != null) {
      return standby.sentinel().settings();
    }
    return arguments.contains("--cluster-enabled")
        ? Map.of("SPRING_DATA_REDIS_CLUSTER_NODES", redis.host() + ":" + redis.port())
        : at(redis.port());
  }

  /** By which a gateway or worker finds a Redis on loopback. */
  static Map<String, String> at(int port) {
    return Map.of("SPRING_DATA_REDIS_HOST", "127.0.0.1", "SPRING_DATA_REDIS_PORT", "" + port);
  }

  /** Where its append-only files are. */
  public Path folder() {
    return folder;
  }

  /**
   * As {@code kill -9} of a Redis that does not come back before its replica has taken over, which
   * from then on is what this is; the dead one becomes its replica.
   */
  public void replicaTakesOver() {
    Standby next = Objects.requireNonNull(standby, "it has no replica");
    Path old = folder;
    int oldPort = redis.port();
    next.sentinel().awaitReplica();
    Await.until(
        "the replica is linked",
        SOON,
        () ->
            new Resp(next.replica().port())
                .text("INFO", "replication")
                .contains("master_link_status:up"));
    kill();
    next.sentinel().replaceBy(next.replica().port());
    folder = next.folder();
    redis = next.replica();
    standby = new Standby(old, launchReplica(old, oldPort), next.sentinel());
  }

  public ProcessHandle process() {
    return redis.process();
  }

  /** Gives it a command of its own, beside its users. */
  public Resp commands() {
    return new Resp(redis.port());
  }

  /** As {@code kill -9}. */
  public void kill() {
    redis.kill();
  }

  /**
   * Ends it and starts it again without what it wrote during that last time, as a power cut or a
   * failover to a late replica does.
   *
   * @param meanwhile what happens in between, whose writes are lost
   */
  public void loseWritesOf(Runnable meanwhile) {
    try {
      Path file = appendOnlyFile();
      long known = Files.size(file);
      meanwhile.run();
      kill();
      try (FileChannel cut = FileChannel.open(file, StandardOpenOption.WRITE)) {
        cut.truncate(known);
      }
      restart();
    } catch (IOException e) {
      throw new UncheckedIOException("Redis's append-only file cannot be cut", e);
    }
  }

  private Path appendOnlyFile() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("appendonlydir"))) {
      return files
          .filter(each -> each.toString().endsWith(".incr.aof"))
          .max(Comparator.comparing(each -> each.getFileName().toString().length()))
          .orElseThrow();
    }
  }

  /** Starts it again on what it had; returns when it answers. */
  public void restart() {
    redis = launch(folder, redis.port());
  }

  @Override
  public void close() {
    if (redis.process().isAlive()) {
      redis.kill();
    }
    if (standby != null) {
      standby.sentinel().close();
      standby.replica().kill();
    }
  }
}
