package io.millrace.e2e.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.SharePartitionOffsetInfo;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Kafka from beside its users: what lies in a topic, and how far a share group has come. */
public final class Log {

  /** The first lane. */
  public static final String JOBS = "millrace.jobs";

  /** The second lane. */
  public static final String BULK = "millrace.jobs.bulk";

  /** Ends that a webhook is owed for. */
  public static final String COMPLETIONS = "millrace.completions";

  private static final Map<String, String> GROUPS =
      Map.of(JOBS, "millrace.workers", BULK, "millrace.workers", COMPLETIONS, "millrace.webhooks");

  private static final Duration POLL = Duration.ofMillis(500);
  private static final long LIMIT_SECONDS = 10;

  private final String bootstrapServers;

  public Log(String bootstrapServers) {
    this.bootstrapServers = bootstrapServers;
  }

  /** Writes a record and waits until the broker has it. */
  public void write(String topic, byte[] value) {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrapServers, "max.request.size", 4 << 20),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      await(producer.send(new ProducerRecord<>(topic, value)));
    }
  }

  /** Every record that a topic holds. */
  public List<ConsumerRecord<byte[], byte[]>> read(String topic) {
    TopicPartition partition = new TopicPartition(topic, 0);
    List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", bootstrapServers, "enable.auto.commit", false),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      consumer.assign(Set.of(partition));
      consumer.seekToBeginning(Set.of(partition));
      long end = consumer.endOffsets(Set.of(partition)).getOrDefault(partition, 0L);
      while (consumer.position(partition) < end) {
        consumer.poll(POLL).records(partition).forEach(all::add);
      }
    }
    return all;
  }

  /**
   * Records of a topic that its share group, of workers or of gateways, is not done with. The
   * broker counts them: a group's stored start trails its last acknowledgement.
   */
  public long lag(String topic) {
    String group = GROUPS.getOrDefault(topic, "");
    TopicPartition partition = new TopicPartition(topic, 0);
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
      SharePartitionOffsetInfo offsets =
          await(
                  admin
                      .listShareGroupOffsets(
                          Map.of(
                              group,
                              new ListShareGroupOffsetsSpec().topicPartitions(List.of(partition))))
                      .partitionsToOffsetInfo(group))
              .get(partition);
      long end =
          await(
                  admin
                      .listOffsets(Map.of(partition, OffsetSpec.latest()))
                      .partitionResult(partition))
              .offset();
      return offsets == null ? end : offsets.lag().orElse(end - Math.max(0, offsets.startOffset()));
    }
  }

  private static <T> T await(Future<T> future) {
    try {
      return future.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("Kafka refused or did not answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while asking Kafka", e);
    }
  }
}
