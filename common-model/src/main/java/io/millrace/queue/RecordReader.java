package io.millrace.queue;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads the lanes' log by address, without a group and without taking anything from anybody.
 * Thread-safe; each call opens a consumer of its own, since calls are rare.
 */
public final class RecordReader {

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Supplier<Consumer<byte[], byte[]>> consumers;

  public RecordReader(Supplier<Consumer<byte[], byte[]>> consumers) {
    this.consumers = consumers;
  }

  /** The bytes at this address; empty when the log has let go of them. */
  public Optional<byte[]> read(RecordPointer pointer) {
    TopicPartition partition = partition(pointer.lane());
    try (Consumer<byte[], byte[]> consumer = consumers.get()) {
      consumer.assign(Set.of(partition));
      consumer.seek(partition, pointer.offset());
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(PATIENCE).records(partition)) {
        if (record.offset() == pointer.offset()) {
          return Optional.of(record.value());
        }
      }
      return Optional.empty();
    }
  }

  /** Shows every record of a lane from {@code start} to the end that the lane has now. */
  public void scan(Lane lane, long start, BiConsumer<RecordPointer, byte[]> each) {
    TopicPartition partition = partition(lane);
    try (Consumer<byte[], byte[]> consumer = consumers.get()) {
      consumer.assign(Set.of(partition));
      long first = consumer.beginningOffsets(Set.of(partition)).getOrDefault(partition, 0L);
      long end = consumer.endOffsets(Set.of(partition)).getOrDefault(partition, 0L);
      consumer.seek(partition, Math.max(first, start));
      while (consumer.position(partition) < end) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(PATIENCE).records(partition)) {
          if (record.offset() < end) {
            each.accept(new RecordPointer(lane, record.offset()), record.value());
          }
        }
      }
    }
  }

  private static TopicPartition partition(Lane lane) {
    return new TopicPartition(lane.topic(), 0);
  }
}
