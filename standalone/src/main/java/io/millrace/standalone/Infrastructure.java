package io.millrace.standalone;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Locale;

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
    // Kafka changes case by the machine's locale, and Turkish has an i of its own.
    Locale.setDefault(Locale.ROOT);
    StandaloneSettings settings = settingsOrExit();
    System.setProperty("millrace.log", log(settings).toString());
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
      throw Exit.because(
          "Kafka and Redis do not start: " + cause(e) + "; the log is " + log(settings));
    }
  }

  private static Path log(StandaloneSettings settings) {
    return DataFolder.logs(settings.dataDir()).resolve("infra.log");
  }

  /** What began it: what wraps it only says that something failed. */
  private static String cause(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage());
  }

  /**
   * Starts both and returns when both answer.
   *
   * @throws UnusableSettingException when a port or the data folder cannot be used
   */
  static Infrastructure start(StandaloneSettings settings) {
    Path dir = settings.dataDir();
    DataFolder.make(dir);
    RedisKeeper redis = startRedis(dir.resolve("redis"), settings.redisPort());
    try {
      return new Infrastructure(startBroker(dir.resolve("kafka"), settings.kafkaPort()), redis);
    } catch (RuntimeException e) {
      redis.close();
      throw e;
    }
  }

  private static RedisKeeper startRedis(Path dir, int port) {
    try {
      return RedisKeeper.start(dir, port);
    } catch (UnusablePortException e) {
      throw UnusableSettingException.of(StandaloneSettings.REDIS_PORT, e);
    } catch (FolderInUseException e) {
      throw new UnusableSettingException(StandaloneSettings.DATA_DIR, e.why());
    }
  }

  private static EmbeddedBroker startBroker(Path dir, int port) {
    try {
      return EmbeddedBroker.start(dir, port);
    } catch (UnusablePortException e) {
      throw UnusableSettingException.of(StandaloneSettings.KAFKA_PORT, e);
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
