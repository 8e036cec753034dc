package io.millrace.e2e.roles;

import io.millrace.e2e.fault.Resp;
import io.millrace.standalone.EmbeddedRedis;
import java.nio.file.Path;

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
