package io.millrace.standalone;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** An embedded Redis that is started again on the same folder and port when it dies. */
final class RedisKeeper implements AutoCloseable {
  private final Path dir;
  private final int port;
  private EmbeddedRedis redis;
  private Backoff backoff = Backoff.none();
  private long startedAt = System.nanoTime();
  private boolean closed;

  private RedisKeeper(Path dir, EmbeddedRedis redis) {
    this.dir = dir;
    this.redis = redis;
    this.port = redis.port();
  }

  static RedisKeeper start(Path dir, int port) {
    RedisKeeper keeper = new RedisKeeper(dir, EmbeddedRedis.start(dir, port));
    keeper.watch();
    return keeper;
  }

  int port() {
    return port;
  }

  synchronized ProcessHandle process() {
    return redis.process();
  }

  private synchronized void watch() {
    EmbeddedRedis watched = redis;
    watched.process().onExit().thenRun(() -> ended(watched));
  }

  private synchronized void ended(EmbeddedRedis dead) {
    dead.close();
    if (closed) {
      return;
    }
    backoff = backoff.after(Duration.ofNanos(System.nanoTime() - startedAt));
    Duration pause = backoff.pause();
    System.out.println("Redis ended; it is started again in " + pause.toSeconds() + " s.");
    CompletableFuture.delayedExecutor(pause.toMillis(), TimeUnit.MILLISECONDS)
        .execute(this::startAgain);
  }

  private synchronized void startAgain() {
    if (closed) {
      return;
    }
    try {
      startedAt = System.nanoTime();
      redis = EmbeddedRedis.start(dir, port);
      System.out.println("Redis answers again.");
      watch();
    } catch (RuntimeException e) {
      System.out.println("Redis does not start: " + e.getMessage());
      ended(redis);
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    redis.close();
  }
}
