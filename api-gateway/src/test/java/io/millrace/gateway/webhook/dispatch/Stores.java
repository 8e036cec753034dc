package io.millrace.gateway.webhook.dispatch;

import io.millrace.queue.Completion;
import io.millrace.queue.JobQueue;
import io.millrace.queue.QueueClients;
import io.millrace.queue.QueueSettings;
import io.millrace.queue.Topics;
import io.millrace.standalone.EmbeddedBroker;
import io.millrace.standalone.EmbeddedRedis;
import io.millrace.standalone.testing.Eventually;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;

/** A broker and a Redis of a test's own, to be paused and emptied, and a worker's side of both. */
final class Stores implements AutoCloseable {

  private final EmbeddedBroker broker;
  private final EmbeddedRedis redis;
  private final QueueClients clients;
  private final JobQueue queue;
  private final JedisConnectionFactory connections;

  private Stores(EmbeddedBroker broker, EmbeddedRedis redis) {
    this.broker = broker;
    this.redis = redis;
    KafkaProperties kafka = new KafkaProperties();
    kafka.setBootstrapServers(List.of(broker.bootstrapServers()));
    this.clients = new QueueClients(kafka);
    this.queue = new JobQueue(clients.producer());
    this.connections =
        new JedisConnectionFactory(new RedisStandaloneConfiguration(redis.host(), redis.port()));
  }

  static Stores start(Path folder) {
    Stores stores =
        new Stores(
            EmbeddedBroker.start(folder.resolve("kafka"), 0),
            EmbeddedRedis.start(folder.resolve("redis"), 0));
    stores.connections.afterPropertiesSet();
    stores.connections.start();
    try (Admin admin = stores.clients.admin()) {
      QueueSettings settings =
          new Binder(new MapConfigurationPropertySource())
              .bindOrCreate("millrace.queue", QueueSettings.class);
      new Topics(admin, settings, -1).ensure();
    }
    stores.warmUp();
    return stores;
  }

  /** A broker is slow for its first sends; no test is about that. */
  private void warmUp() {
    Eventually.holds(
        "a send",
        () ->
            queue
                .send(new ProducerRecord<>(Topics.PARKED, new byte[0]))
                .handle((offset, failure) -> failure == null)
                .join());
  }

  DispatcherUnderTest dispatcher(String... settings) {
    return DispatcherUnderTest.start(broker.bootstrapServers(), redis.port(), settings);
  }

  String bootstrapServers() {
    return broker.bootstrapServers();
  }

  int redisPort() {
    return redis.port();
  }

  QueueClients clients() {
    return clients;
  }

  JobQueue queue() {
    return queue;
  }

  /** A job of alice's has ended. */
  UUID complete(String url) {
    return complete("alice", url, "{\"code\":200}");
  }

  UUID complete(String owner, String url, String body) {
    UUID jobId = UUID.randomUUID();
    complete(new Completion(jobId, owner, url, body, null));
    return jobId;
  }

  void complete(Completion completion) {
    queue.complete(completion).orTimeout(20, TimeUnit.SECONDS).join();
  }

  /** Redis loses all it knows. */
  void emptyRedis() {
    command("FLUSHALL");
  }

  /** The wait before a delivery's next attempt is over; it must be waiting, not under way. */
  void makeDue(UUID jobId) {
    command("ZADD", "{millrace}:webhooks:due", "XX", "0", jobId.toString());
  }

  /** Redis takes no writes until {@link #resumeRedis}. */
  void pauseRedis() {
    command("CLIENT", "PAUSE", "600000", "WRITE");
  }

  void resumeRedis() {
    command("CLIENT", "UNPAUSE");
  }

  /** Redis is full until {@link #giveRedisRoom}: it answers, and takes nothing. */
  void fillRedis() {
    command("CONFIG", "SET", "maxmemory", "1");
  }

  void giveRedisRoom() {
    command("CONFIG", "SET", "maxmemory", "0");
  }

  private void command(String name, String... arguments) {
    new StringRedisTemplate(connections)
        .execute(
            connection ->
                connection.execute(
                    name,
                    Stream.of(arguments)
                        .map(each -> each.getBytes(StandardCharsets.UTF_8))
                        .toArray(byte[][]::new)),
            true);
  }

  @Override
  public void close() {
    connections.destroy();
    redis.close();
    broker.close();
  }
}
