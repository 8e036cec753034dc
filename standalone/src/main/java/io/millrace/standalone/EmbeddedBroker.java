package io.millrace.standalone;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/**
 * A real Kafka broker inside this JVM: one KRaft node on loopback, ready when {@link #start}
 * returns (2 to 4 s). What it holds lies in its folder and is there again after a restart, even one
 * by {@code kill -9}. Thread-safe.
 */
public final class EmbeddedBroker implements AutoCloseable {
  static final String HOST = "127.0.0.1";

  private static final String META = "meta.properties";

  private final KafkaRaftServer server;
  private final String clusterId;
  private final int port;

  private EmbeddedBroker(KafkaRaftServer server, String clusterId, int port) {
    this.server = server;
    this.clusterId = clusterId;
    this.port = port;
  }

  /**
   * Starts a broker on the folder, which is made and formatted when it is new.
   *
   * @param port on 127.0.0.1; 0 chooses a free one
   * @throws UnusablePortException when nothing can be served on the port
   * @throws RuntimeException Kafka's own, when the folder is damaged or another broker has it open
   */
  public static EmbeddedBroker start(Path dir, int port) {
    return start(dir, port, 0);
  }

  /** As {@link #start(Path, int)}, with the controller's port chosen too. */
  public static EmbeddedBroker start(Path dir, int port, int controllerPort) {
    return start(dir, port, controllerPort, Map.of());
  }

  /** As {@link #start(Path, int, int)}, with settings of Kafka that count before ours. */
  public static EmbeddedBroker start(
      Path dir, int port, int controllerPort, Map<String, String> settings) {
    try (LoopbackPort controller = LoopbackPort.chosen(controllerPort)) {
      return start(dir, port, ClusterNode.alone(controller.number()), settings);
    }
  }

  /**
   * As {@link #start(Path, int)}, as one of several. Returns when this one serves, which needs more
   * than half of all nodes.
   */
  public static EmbeddedBroker start(Path dir, int port, ClusterNode node) {
    return start(dir, port, node, Map.of());
  }

  private static EmbeddedBroker start(
      Path dir, int port, ClusterNode node, Map<String, String> settings) {
    Path folder = dir.toAbsolutePath();
    try (LoopbackPort own = LoopbackPort.chosen(port)) {
      String clusterId = formatted(folder, node);
      Properties all = BrokerSettings.of(folder, own.number(), node);
      all.putAll(settings);
      KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(all, false), Time.SYSTEM);
      startOrStop(server);
      return new EmbeddedBroker(server, clusterId, own.number());
    } catch (IOException e) {
      throw new UncheckedIOException("The broker's folder " + folder + " cannot be used", e);
    }
  }

  private static void startOrStop(KafkaRaftServer server) {
    try {
      server.startup();
    } catch (RuntimeException e) {
      server.shutdown();
      throw e;
    }
  }

  /** For {@code bootstrap.servers}. */
  public String bootstrapServers() {
    return HOST + ":" + port;
  }

  public int port() {
    return port;
  }

  /** Made at the first start on a folder; the same ever after. */
  public String clusterId() {
    return clusterId;
  }

  /** Stops the broker and waits until its folder is closed. Repeating it does nothing. */
  @Override
  public void close() {
    server.shutdown();
    server.awaitShutdown();
  }

  private static String formatted(Path dir, ClusterNode node) throws IOException {
    if (!Files.exists(dir.resolve(META))) {
      Files.createDirectories(dir);
      format(dir, node);
    }
    Properties meta = new Properties();
    try (Reader in = Files.newBufferedReader(dir.resolve(META))) {
      meta.load(in);
    }
    return meta.getProperty("cluster.id", "");
  }

  private static void format(Path dir, ClusterNode node) throws IOException {
    try {
      new Formatter()
          .setPrintStream(
              new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
          .setNodeId(node.id())
          .setClusterId(node.clusterId())
          .setControllerListenerName(BrokerSettings.CONTROLLER)
          .addDirectory(dir.toString())
          .setMetadataLogDirectory(dir.toString())
          .run();
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException("Formatting failed", e);
    }
  }
}
