package io.millrace.queue;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
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
 * Reads the lanes' log by address, without a group and without taking anything from anybody. An
 * address is followed in the topic that it names only, and to a record of its own job only.
 * Thread-safe; each call opens a consumer of its own, since calls are rare. A broker that does not
 * answer within five seconds shows as an {@link IllegalStateException} or a Kafka exception, never
 * as a record that is not there.
 */
public final class RecordReader {

  /** How far the clocks of Redis and of the broker may be apart. */
  public static final long CLOCK_SKEW_MILLIS = 60_000;

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Supplier<Consumer<byte[], byte[]>> consumers;
  private final TopicIds topics;

  public RecordReader(Supplier<Consumer<byte[], byte[]>> consumers, TopicIds topics) {
    this.consumers = consumers;
    this.topics = topics;
  }

  /**
   * The job's bytes; empty when the log has let go of them, or has something else there.
   *
   * @throws LogAwayException when the broker does not answer
   */
  public Optional<byte[]> read(JobRecord job) {
    List<byte[]> found = new ArrayList<>();
    try {
      readEach(List.of(job), (each, bytes) -> found.add(bytes));
    } catch (KafkaException | IllegalStateException e) {
      throw new LogAwayException("Kafka did not give the record at " + job.address(), e);
    }
    return found.stream().findFirst();
  }

  /**
   * Shows the bytes of these jobs, lane by lane and in the order of the log, but for those that are
   * gone. What one fetch brings is used whole: a fetch for each address would wait, at the log's
   * end, for records that do not come.
   */
  public void readEach(Collection<JobRecord> jobs, BiConsumer<JobRecord, byte[]> each) {
    if (jobs.isEmpty()) {
      return;
    }
    try (Consumer<byte[], byte[]> consumer = consumers.get()) {
      for (Lane lane : Lane.values()) {
        List<JobRecord> ofLane = inItsTopic(lane, jobs);
        if (!ofLane.isEmpty()) {
          readEach(consumer, partition(lane), ofLane, each);
        }
      }
    }
  }

  private List<JobRecord> inItsTopic(Lane lane, Collection<JobRecord> jobs) {
    List<JobRecord> ofLane = jobs.stream().filter(job -> job.address().lane() == lane).toList();
    if (ofLane.isEmpty()) {
      return ofLane;
    }
    String believed = topics.of(lane.topic());
    boolean allThere = ofLane.stream().allMatch(job -> job.address().isIn(believed));
    String topic = allThere ? believed : topics.now(lane.topic());
    return ofLane.stream().filter(job -> job.address().isIn(topic)).toList();
  }

  private static void readEach(
      Consumer<byte[], byte[]> consumer,
      TopicPartition partition,
      List<JobRecord> jobs,
      BiConsumer<JobRecord, byte[]> each) {
    consumer.assign(Set.of(partition));
    long first = first(consumer, partition);
    long end = end(consumer, partition);
    NavigableMap<Long, List<JobRecord>> wanted =
        jobs.stream().collect(groupingBy(job -> job.address().offset(), TreeMap::new, toList()));
    // Not the view: what comes while it is read has offsets that a view would not be asked for.
    NavigableMap<Long, List<JobRecord>> left =
        new TreeMap<>(wanted.subMap(first, true, end, false));
    while (!left.isEmpty()) {
      consumer.seek(partition, left.firstKey());
      long passed = left.firstKey();
      for (ConsumerRecord<byte[], byte[]> record : poll(consumer, partition)) {
        passed = record.offset();
        for (JobRecord job : left.getOrDefault(passed, List.of())) {
          if (job.isIn(record.value())) {
            each.accept(job, record.value());
          }
        }
      }
      left.headMap(passed, true).clear();
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

  private void scan(
      Consumer<byte[], byte[]> consumer,
      Lane lane,
      long start,
      BiConsumer<RecordPointer, byte[]> each) {
    String topic = topics.now(lane.topic());
    scan(
        consumer,
        partition(lane),
        start,
        record -> each.accept(new RecordPointer(lane, topic, record.offset()), record.value()));
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
