package io.millrace.standalone;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A real Redis as a child process on loopback, with an append-only file that is flushed every
 * second; ready when {@link #start} returns (some 50 ms). It ends with this JVM, even by {@code
 * kill -9}. Thread-safe.
 */
public final class EmbeddedRedis implements AutoCloseable {
  static final String HOST = "127.0.0.1";

  private static final Duration START_LIMIT = Duration.ofSeconds(30);
  private static final int STOP_SECONDS = 10;

  private final Process process;
  private final OwnedFolder folder;
  private final int port;

  private EmbeddedRedis(Process process, OwnedFolder folder, int port) {
    this.process = process;
    this.folder = folder;
    this.port = port;
  }

  /**
   * Starts a Redis on the folder, which is made when it is not there. A Redis that a killed process
   * left behind on the same folder is ended first.
   *
   * @param port on 127.0.0.1; 0 chooses a free one
   * @param arguments more of them for redis-server, such as {@code --enable-debug-command local}
   * @throws UnusablePortException when nothing can be served on the port
   * @throws FolderInUseException when another live process has the folder
   * @throws IllegalStateException when Redis does not start, with what it said
   */
  public static EmbeddedRedis start(Path dir, int port, String... arguments) {
    try {
      OwnedFolder folder = OwnedFolder.claim(dir);
      try {
        return start(folder, port, List.of(arguments));
      } catch (IOException | RuntimeException e) {
        folder.close();
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Redis cannot be started in " + dir, e);
    }
  }

  private static EmbeddedRedis start(OwnedFolder folder, int port, List<String> arguments)
      throws IOException {
    Path binary = RedisBinary.extractTo(folder.path());
    folder.endLeftover(binary);
    try (LoopbackPort own = LoopbackPort.chosen(port)) {
      return start(folder, own.number(), binary, arguments);
    }
  }

  private static EmbeddedRedis start(
      OwnedFolder folder, int port, Path binary, List<String> arguments) throws IOException {
    Path log = folder.path().resolve("redis.log");
    Process process =
        new ProcessBuilder(Lifeline.tied(STOP_SECONDS, command(binary, folder, port, arguments)))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    EmbeddedRedis redis = new EmbeddedRedis(process, folder, port);
    try {
      folder.remember(process);
      new RedisProbe(port).awaitReady(process, START_LIMIT, log);
      return redis;
    } catch (IOException | RuntimeException e) {
      process.destroyForcibly();
      throw e;
    }
  }

  private static List<String> command(
      Path binary, OwnedFolder folder, int port, List<String> arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                binary.toString(),
                "--port",
                "" + port,
                "--bind",
                HOST,
                "--dir",
                folder.path().toString(),
                "--appendonly",
                "yes",
                "--appendfsync",
                "everysec",
                "--save",
                "",
                "--maxmemory-policy",
                "noeviction"));
    command.addAll(arguments);
    return command;
  }

  public String host() {
    return HOST;
  }

  public int port() {
    return port;
  }

  /** Redis itself, to be stopped, continued or killed by tests. */
  public ProcessHandle process() {
    return process.toHandle();
  }

  /**
   * Asks Redis to stop, which writes out what it has, and waits for it. Repeating it does nothing.
   */
  @Override
  public void close() {
    process.destroy();
    end();
  }

  /** As {@code kill -9}. What was written during the last second may be lost. */
  public void kill() {
    process.destroyForcibly();
    end();
  }

  private void end() {
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    } finally {
      folder.close();
    }
  }
}
