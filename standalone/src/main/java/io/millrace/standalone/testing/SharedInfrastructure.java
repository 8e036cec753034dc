package io.millrace.standalone.testing;

import io.millrace.standalone.EmbeddedBroker;
import io.millrace.standalone.EmbeddedRedis;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * One broker and one Redis for all the tests of a JVM, started by the first that asks (some 3 s)
 * and stopped when the JVM ends. Tests share them, so each names its own topics, groups and keys;
 * one that stops, freezes or empties a store starts its own with {@link EmbeddedBroker#start},
 * {@link EmbeddedRedis#start} or {@link BrokerProcess#start}.
 */
public final class SharedInfrastructure {
  private final Path dir;
  private final EmbeddedRedis redis;
  private final EmbeddedBroker broker;

  private SharedInfrastructure() {
    try {
      dir = Files.createTempDirectory("millrace-test-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    redis = EmbeddedRedis.start(dir.resolve("redis"), 0);
    broker = EmbeddedBroker.start(dir.resolve("kafka"), 0);
    Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "stop-shared-infrastructure"));
  }

  /** Thread-safe; the same at every call. */
  public static SharedInfrastructure get() {
    return Holder.INSTANCE;
  }

  /** For {@code bootstrap.servers}. */
  public String bootstrapServers() {
    return broker.bootstrapServers();
  }

  public String redisHost() {
    return redis.host();
  }

  public int redisPort() {
    return redis.port();
  }

  private void stop() {
    broker.close();
    redis.close();
    try (Stream<Path> files = Files.walk(dir)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final class Holder {
    static final SharedInfrastructure INSTANCE = new SharedInfrastructure();
  }
}
