package io.millrace.standalone.testing;

import io.millrace.standalone.ClusterNode;
import io.millrace.standalone.EmbeddedBroker;
import io.millrace.standalone.Lifeline;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * An {@link EmbeddedBroker} in a JVM of its own, which a test can kill, freeze and start again on
 * the same folder and port. Ends with the test JVM, even by {@code kill -9}. Thread-safe.
 */
public final class BrokerProcess implements AutoCloseable {
  private static final int STOP_SECONDS = 20;

  private final Process process;
  private final int port;

  private BrokerProcess(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /**
   * Starts a broker from the class path of this JVM and returns when it is ready.
   *
   * @param port on 127.0.0.1; 0 chooses a free one
   * @throws IllegalStateException when it does not start, with what it said
   */
  public static BrokerProcess start(Path dir, int port) {
    return start(dir, port, List.of());
  }

  /**
   * Starts one broker of a cluster as {@link #start(Path, int)} does; others must be started at the
   * same time, since it is ready when more than half of them are.
   */
  public static BrokerProcess start(Path dir, int port, ClusterNode node) {
    return start(
        dir,
        port,
        List.of(
            "" + node.id(),
            node.clusterId(),
            node.controllerPorts().stream().map(String::valueOf).collect(Collectors.joining(","))));
  }

  private static BrokerProcess start(Path dir, int port, List<String> node) {
    try {
      Files.createDirectories(dir);
      Path log = dir.resolveSibling(dir.getFileName() + ".log");
      Process process =
          new ProcessBuilder(Lifeline.tied(STOP_SECONDS, command(dir, port, node)))
              .redirectError(log.toFile())
              .start();
      return new BrokerProcess(process, announcedPort(process, log));
    } catch (IOException e) {
      throw new UncheckedIOException("The broker's process cannot be started", e);
    }
  }

  private static List<String> command(Path dir, int port, List<String> node) {
    List<String> command = new ArrayList<>();
    Collections.addAll(
        command,
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx256m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-cp",
        System.getProperty("java.class.path"),
        BrokerProcess.class.getName(),
        dir.toString(),
        "" + port);
    command.addAll(node);
    return command;
  }

  private static int announcedPort(Process process, Path log) throws IOException {
    BufferedReader said = process.inputReader(StandardCharsets.UTF_8);
    String port = said.readLine();
    if (port == null) {
      process.destroyForcibly();
      throw new IllegalStateException("The broker does not start: " + Files.readString(log));
    }
    return Integer.parseInt(port);
  }

  /** For {@code bootstrap.servers}. */
  public String bootstrapServers() {
    return "127.0.0.1:" + port;
  }

  public int port() {
    return port;
  }

  /** The broker's JVM, to be stopped, continued or killed. */
  public ProcessHandle process() {
    return process.toHandle();
  }

  /** As {@code kill -9}; returns when the process is gone. */
  public void kill() {
    process.destroyForcibly();
    awaitEnd();
  }

  /** Stops the broker in order, or kills it when that takes too long. Repeating it does nothing. */
  @Override
  public void close() {
    process.destroy();
    awaitEnd();
  }

  private void awaitEnd() {
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  /**
   * The child's side: the folder, the port, and the node where it is one of several; says its port
   * on a line of its own when ready.
   */
  public static void main(String[] arguments) throws InterruptedException {
    Locale.setDefault(Locale.ROOT);
    Path dir = Path.of(arguments[0]);
    int port = Integer.parseInt(arguments[1]);
    EmbeddedBroker broker =
        arguments.length == 2
            ? EmbeddedBroker.start(dir, port)
            : EmbeddedBroker.start(
                dir,
                port,
                new ClusterNode(
                    Integer.parseInt(arguments[2]),
                    arguments[3],
                    Arrays.stream(arguments[4].split(",")).map(Integer::valueOf).toList()));
    Runtime.getRuntime().addShutdownHook(new Thread(broker::close, "stop-broker"));
    System.out.println(broker.port());
    Thread.currentThread().join();
  }
}
