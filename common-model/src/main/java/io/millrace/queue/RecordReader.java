package io.millrace.queue;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads the lanes' log by address, without a group and without taking anything from anybody.
 * Thread-safe; each call opens a consumer of its own, since calls are rare. A broker that does not
 * answer within five seconds shows as an {@link IllegalStateException} or a Kafka exception, never
 * as a record that is not there.
 */
public final class RecordReader {

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Supplier<Consumer<byte[], byte[]>> consumers;

  public RecordReader(Supplier<Consumer<byte[], byte[]>> consumers) {
    this.consumers = consumers;
  }

  /** The bytes at this address; empty when the log has let go of them. */
  public Optional<byte[]> read(RecordPointer pointer) {
    try {
      return Optional.ofNullable(readAll(List.of(pointer)).get(pointer));
    } catch (KafkaException | IllegalStateException e) {
      throw new LogAwayException("Kafka did not give the record at " + pointer, e);
    }
  }

  /** The bytes at these addresses, but for those that the log has let go of. */
  public Map<RecordPointer, byte[]> readAll(Collection<RecordPointer> pointers) {
    Map<RecordPointer, byte[]> found = new HashMap<>();
    readEach(pointers, found::put);
    return found;
  }

  /**
   * Shows the bytes at these addresses, lane by lane and in the order of the log, but for those
   * that are gone. What one fetch brings is used whole: a fetch for each address would wait, at the
   * log's end, for records that do not come.
   */
  public void readEach(Collection<RecordPointer> pointers, BiConsumer<RecordPointer, byte[]> each) {
    if (pointers.isEmpty()) {
      return;
    }
    try (Consumer<byte[], byte[]> consumer = consumers.get()) {
      for (Lane lane : Lane.values()) {
        List<RecordPointer> ofLane =
            pointers.stream().filter(pointer -> pointer.lane() == lane).toList();
        readEach(consumer, lane, ofLane, each);
      }
    }
  }

  private static void readEach(
      Consumer<byte[], byte[]> consumer,
      Lane lane,
      List<RecordPointer> pointers,
      BiConsumer<RecordPointer, byte[]> each) {
    if (pointers.isEmpty()) {
      return;
    }
    TopicPartition partition = partition(lane);
    consumer.assign(Set.of(partition));
    long first = first(consumer, partition);
    long end = end(consumer, partition);
    NavigableSet<Long> wanted = new TreeSet<>();
    pointers.forEach(pointer -> wanted.add(pointer.offset()));
    NavigableSet<Long> left = wanted.subSet(first, true, end, false);
    while (!left.isEmpty()) {
      consumer.seek(partition, left.first());
      long passed = left.first();
      for (ConsumerRecord<byte[], byte[]> record : poll(consumer, partition)) {
        passed = record.offset();
        if (left.contains(passed)) {
          each.accept(new RecordPointer(lane, passed), record.value());
        }
      }
      left.headSet(passed, true).clear();
    }
  }

  /** Shows every record of a lane from {@code start} to the end that the lane has now. */
  public void scan(Lane lane, long start, BiConsumer<RecordPointer, byte[]> each) {
    try (Consumer<byte[], byte[]> consumer = consumers.get()) {
      consumer.assign(Set.of(partition(lane)));
      scan(consumer, lane, start, each);
    }
  }

  /** The same, from the first record that the broker got at {@code sinceMillis} or later. */
  public void scanSince(Lane lane, long sinceMillis, BiConsumer<RecordPointer, byte[]> each) {
    TopicPartition partition = partition(lane);
    try (Consumer<byte[], byte[]> consumer = consumers.get()) {
      consumer.assign(Set.of(partition));
      OffsetAndTimestamp start =
          consumer.offsetsForTimes(Map.of(partition, sinceMillis), PATIENCE).get(partition);
      if (start != null) {
        scan(consumer, lane, start.offset(), each);
      }
    }
  }

  /** Shows every completion that the log got at {@code sinceMillis} or later, up to now. */
  public void scanCompletionsSince(long sinceMillis, java.util.function.Consumer<byte[]> each) {
    scanSince(Topics.COMPLETIONS, sinceMillis, record -> each.accept(record.value()));
  }

  /** Shows every record that a topic got at {@code sinceMillis} or later, up to now. */
  void scanSince(
      String topic,
      long sinceMillis,
      java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> each) {
    TopicPartition partition = new TopicPartition(topic, 0);
    try (Consumer<byte[], byte[]> consumer = consumers.get()) {
      consumer.assign(Set.of(partition));
      OffsetAndTimestamp start =
          consumer.offsetsForTimes(Map.of(partition, sinceMillis), PATIENCE).get(partition);
      if (start != null) {
        scan(consumer, partition, start.offset(), each);
      }
    }
  }

  /**
   * The first answer to a record of a lane that the broker got from {@code sinceMillis} to {@code
   * untilMillis}.
   *
   * @throws LogAwayException when the broker does not answer
   */
  public <T> Optional<T> find(
      Lane lane, long sinceMillis, long untilMillis, Function<byte[], Optional<T>> wanted) {
    try {
      return search(lane, sinceMillis, untilMillis, wanted);
    } catch (KafkaException | IllegalStateException e) {
      throw new LogAwayException("Kafka did not give the records of lane " + lane, e);
    }
  }

  private <T> Optional<T> search(
      Lane lane, long sinceMillis, long untilMillis, Function<byte[], Optional<T>> wanted) {
    TopicPartition partition = partition(lane);
    try (Consumer<byte[], byte[]> consumer = consumers.get()) {
      consumer.assign(Set.of(partition));
      OffsetAndTimestamp start =
          consumer.offsetsForTimes(Map.of(partition, sinceMillis), PATIENCE).get(partition);
      if (start == null) {
        return Optional.empty();
      }
      long end = end(consumer, partition);
      consumer.seek(partition, start.offset());
      while (consumer.position(partition, PATIENCE) < end) {
        for (ConsumerRecord<byte[], byte[]> record : poll(consumer, partition)) {
          Optional<T> found = wanted.apply(record.value());
          if (found.isPresent() || record.timestamp() > untilMillis) {
            return found;
          }
        }
      }
      return Optional.empty();
    }
  }

  private static void scan(
      Consumer<byte[], byte[]> consumer,
      Lane lane,
      long start,
      BiConsumer<RecordPointer, byte[]> each) {
    scan(
        consumer,
        partition(lane),
        start,
        record -> each.accept(new RecordPointer(lane, record.offset()), record.value()));
  }

  private static void scan(
      Consumer<byte[], byte[]> consumer,
      TopicPartition partition,
      long start,
      java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> each) {
    long end = end(consumer, partition);
    consumer.seek(partition, Math.max(first(consumer, partition), start));
    while (consumer.position(partition, PATIENCE) < end) {
      for (ConsumerRecord<byte[], byte[]> record : poll(consumer, partition)) {
        if (record.offset() < end) {
          each.accept(record);
        }
      }
    }
  }

  private static List<ConsumerRecord<byte[], byte[]>> poll(
      Consumer<byte[], byte[]> consumer, TopicPartition partition) {
    ConsumerRecords<byte[], byte[]> records = consumer.poll(PATIENCE);
    if (records.isEmpty()) {
      throw new IllegalStateException("Kafka did not answer with a record of " + partition);
    }
    return records.records(partition);
  }

  private static long first(Consumer<byte[], byte[]> consumer, TopicPartition partition) {
    return consumer.beginningOffsets(Set.of(partition), PATIENCE).getOrDefault(partition, 0L);
  }

  private static long end(Consumer<byte[], byte[]> consumer, TopicPartition partition) {
    return consumer.endOffsets(Set.of(partition), PATIENCE).getOrDefault(partition, 0L);
  }

  private static TopicPartition partition(Lane lane) {
    return new TopicPartition(lane.topic(), 0);
  }
}
