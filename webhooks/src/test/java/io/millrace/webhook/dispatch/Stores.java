package io.millrace.webhook.dispatch;

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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.RedisScript;

/** A broker and a Redis of a test's own, to be paused and emptied, and a worker's side of both. */
final class Stores implements AutoCloseable {

  private static final byte[] NO_JOB = "no job".getBytes(StandardCharsets.UTF_8);

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

  /** Redis is an older one, which lacks the last attempt of a delivery that has ended. */
  void forgetAttempt(UUID jobId) {
    new StringRedisTemplate(connections)
        .execute(
            RedisScript.of(
                """
                local attempts = redis.call('HGET', KEYS[1], 'attempts')
                redis.call('HDEL', KEYS[1], 'a:' .. attempts)
                redis.call('HSET', KEYS[1], 'attempts', attempts - 1, 'state', 'pending', 'step', attempts - 1)
                redis.call('ZADD', '{millrace}:webhooks:due', 0, ARGV[1])
                redis.call('DEL', '{millrace}:webhooks:epoch')
                """),
            List.of("{millrace}:webhook:" + jobId),
            jobId.toString());
  }

  /** The time is over for which Redis knows a delivery that has arrived. */
  void expire(UUID jobId) {
    new StringRedisTemplate(connections).delete("{millrace}:webhook:" + jobId);
  }

  boolean isNothingDue() {
    Long due = new StringRedisTemplate(connections).opsForZSet().zCard("{millrace}:webhooks:due");
    return due != null && due == 0;
  }

  /** The log of completions takes nothing more until {@link #takeCompletions}. */
  void refuseCompletions() {
    limitCompletions(1);
  }

  void takeCompletions() {
    limitCompletions(Topics.MAX_COMPLETION_BYTES);
  }

  private void limitCompletions(int bytes) {
    ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, Topics.COMPLETIONS);
    AlterConfigOp limit =
        new AlterConfigOp(
            new ConfigEntry("max.message.bytes", "" + bytes), AlterConfigOp.OpType.SET);
    try (Admin admin = clients.admin()) {
      admin.incrementalAlterConfigs(Map.of(topic, List.of(limit))).all().get(20, TimeUnit.SECONDS);
    } catch (ExecutionException | InterruptedException | TimeoutException e) {
      throw new IllegalStateException("the topic's limit cannot be set", e);
    }
    Eventually.holds(
        "the broker heeds it",
        () ->
            queue
                    .send(new ProducerRecord<>(Topics.COMPLETIONS, NO_JOB, new byte[64]))
                    .handle((offset, failure) -> failure == null)
                    .join()
                == bytes > 1);
  }

  /** The dispatchers' share group begins at the start of the log again. None may run. */
  void resetDispatchers() throws Exception {
    TopicPartition log = new TopicPartition(Topics.COMPLETIONS, 0);
    try (Admin admin = clients.admin()) {
      Eventually.holds(
          "the group has no member",
          () -> {
            try {
              admin
                  .alterShareGroupOffsets(Topics.WEBHOOKS, Map.of(log, 0L))
                  .all()
                  .get(20, TimeUnit.SECONDS);
              return true;
            } catch (ExecutionException | InterruptedException | TimeoutException e) {
              return false;
            }
          });
    }
  }

  /** Waits until the log has the ends of these deliveries. */
  void awaitMarkers(UUID... jobs) {
    for (UUID job : jobs) {
      Eventually.holds("a marker of " + job, () -> markers(job) > 0);
    }
  }

  /** How many records of the log say what became of this delivery. */
  long markers(UUID job) {
    return read(Topics.COMPLETIONS).stream()
        .filter(each -> each.key() != null)
        .filter(each -> new String(each.key(), StandardCharsets.UTF_8).equals("" + job))
        .count();
  }

  /** Every record of a topic. */
  List<ConsumerRecord<byte[], byte[]>> read(String topic) {
    TopicPartition log = new TopicPartition(topic, 0);
    List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>();
    try (Consumer<byte[], byte[]> consumer = clients.reader()) {
      consumer.assign(Set.of(log));
      long end = consumer.endOffsets(Set.of(log)).getOrDefault(log, 0L);
      consumer.seekToBeginning(Set.of(log));
      while (consumer.position(log) < end) {
        all.addAll(consumer.poll(Duration.ofSeconds(1)).records(log));
      }
    }
    return all;
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
