package io.millrace.e2e.roles;

import io.millrace.e2e.fault.Resp;
import io.millrace.standalone.EmbeddedRedis;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.stream.Stream;

/** Redis, which can be killed, frozen and started again on its disk and port. */
public final class RedisRole implements AutoCloseable {

  private final Path folder;
  private EmbeddedRedis redis;

  private RedisRole(Path folder, EmbeddedRedis redis) {
    this.folder = folder;
    this.redis = redis;
  }

  static RedisRole start(Path folder) {
    return new RedisRole(folder, launch(folder, 0));
  }

  private static EmbeddedRedis launch(Path folder, int port) {
    return EmbeddedRedis.start(folder, port, "--enable-debug-command", "local");
  }

  public int port() {
    return redis.port();
  }

  /** Where its append-only files are. */
  public Path folder() {
    return folder;
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
  }
}
