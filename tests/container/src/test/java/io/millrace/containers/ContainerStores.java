package io.millrace.containers;

import io.millrace.standalone.testing.SharedStores;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.utility.DockerImageName;

/** Kafka and Redis as the compose file has them: its images, its broker settings, its arguments. */
public final class ContainerStores implements SharedStores {
  private static final int REDIS_PORT = 6379;

  private final KafkaContainer kafka;
  private final GenericContainer<?> redis;

  public ContainerStores() {
    ComposeService broker = ComposeService.named("kafka");
    kafka =
        new KafkaContainer(
            DockerImageName.parse(broker.image()).asCompatibleSubstituteFor("apache/kafka"));
    broker.environment().forEach(kafka::withEnv);
    ComposeService store = ComposeService.named("redis");
    redis =
        new GenericContainer<>(DockerImageName.parse(store.image()))
            .withCommand(store.command())
            .withExposedPorts(REDIS_PORT);
    redis.start();
    kafka.start();
  }

  @Override
  public String bootstrapServers() {
    return kafka.getBootstrapServers();
  }

  @Override
  public String redisHost() {
    return redis.getHost();
  }

  @Override
  public int redisPort() {
    return redis.getMappedPort(REDIS_PORT);
  }

  @Override
  public void close() {
    kafka.stop();
    redis.stop();
  }
}
