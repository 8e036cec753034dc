package io.millrace.standalone.testing;

import io.millrace.standalone.EmbeddedBroker;
import io.millrace.standalone.EmbeddedRedis;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** The embedded broker and Redis on free ports, in a folder that goes with them. */
final class EmbeddedStores implements SharedStores {
  private final Path dir;
  private final EmbeddedRedis redis;
  private final EmbeddedBroker broker;

  EmbeddedStores() {
    try {
      dir = Files.createTempDirectory("millrace-test-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    redis = EmbeddedRedis.start(dir.resolve("redis"), 0);
    broker = EmbeddedBroker.start(dir.resolve("kafka"), 0);
  }

  @Override
  public String bootstrapServers() {
    return broker.bootstrapServers();
  }

  @Override
  public String redisHost() {
    return redis.host();
  }

  @Override
  public int redisPort() {
    return redis.port();
  }

  @Override
  public void close() {
    broker.close();
    redis.close();
    try (Stream<Path> files = Files.walk(dir)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
