package io.millrace.standalone;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;

/**
 * The embedded broker and the embedded Redis on one data folder: what {@code ./millrace infra}
 * runs. A Redis that dies is started again; a broker that dies takes this process with it.
 */
public final class Infrastructure implements AutoCloseable {
  /** The first word of the line that says that both answer. */
  static final String READY = "Ready.";

  private final EmbeddedBroker broker;
  private final RedisKeeper redis;

  private Infrastructure(EmbeddedBroker broker, RedisKeeper redis) {
    this.broker = broker;
    this.redis = redis;
  }

  public static void main(String[] arguments) throws InterruptedException {
    StandaloneSettings settings = settingsOrExit();
    System.setProperty(
        "millrace.log", DataFolder.logs(settings.dataDir()).resolve("infra.log").toString());
    System.setProperty("logback.configurationFile", "io/millrace/standalone/infra-logback.xml");
    Infrastructure infrastructure = startOrExit(settings);
    Runtime.getRuntime().addShutdownHook(new Thread(infrastructure::close, "stop-infrastructure"));
    infrastructure.announce(settings.dataDir(), System.out);
    Thread.currentThread().join();
  }

  private static StandaloneSettings settingsOrExit() {
    try {
      return StandaloneSettings.from(System.getenv());
    } catch (UnusableSettingException e) {
      throw Exit.because(e.getMessage());
    }
  }

  private static Infrastructure startOrExit(StandaloneSettings settings) {
    try {
      return start(settings);
    } catch (UnusableSettingException e) {
      throw Exit.because(e.getMessage());
    } catch (RuntimeException e) {
      // A broker that started by half leaves threads behind, which would keep this process alive.
      throw Exit.because("the infrastructure does not start: " + e);
    }
  }

  /**
   * Starts both and returns when both answer.
   *
   * @throws UnusableSettingException when a port is taken or the data folder is in use
   */
  static Infrastructure start(StandaloneSettings settings) {
    Path dir = settings.dataDir();
    makeFolder(dir);
    RedisKeeper redis = startRedis(dir.resolve("redis"), settings.redisPort());
    try {
      return new Infrastructure(startBroker(dir.resolve("kafka"), settings.kafkaPort()), redis);
    } catch (RuntimeException e) {
      redis.close();
      throw e;
    }
  }

  private static void makeFolder(Path dir) {
    try {
      DataFolder.make(dir);
    } catch (IOException e) {
      throw new UnusableSettingException(
          StandaloneSettings.DATA_DIR, dir + " cannot be made: " + e);
    }
  }

  private static RedisKeeper startRedis(Path dir, int port) {
    try {
      return RedisKeeper.start(dir, port);
    } catch (PortTakenException e) {
      throw UnusableSettingException.taken(StandaloneSettings.REDIS_PORT, e);
    } catch (FolderInUseException e) {
      throw new UnusableSettingException(StandaloneSettings.DATA_DIR, e.why());
    }
  }

  private static EmbeddedBroker startBroker(Path dir, int port) {
    try {
      return EmbeddedBroker.start(dir, port);
    } catch (PortTakenException e) {
      throw UnusableSettingException.taken(StandaloneSettings.KAFKA_PORT, e);
    }
  }

  private void announce(Path dataDir, PrintStream out) {
    out.println("Kafka  " + broker.bootstrapServers());
    out.println("Redis  " + EmbeddedRedis.HOST + ":" + redis.port());
    out.println("Data   " + dataDir);
    out.println(READY + " Ctrl-C stops both; the data stays.");
  }

  String bootstrapServers() {
    return broker.bootstrapServers();
  }

  int redisPort() {
    return redis.port();
  }

  ProcessHandle redis() {
    return redis.process();
  }

  /** Stops both in order and waits for them. */
  @Override
  public void close() {
    broker.close();
    redis.close();
  }
}
