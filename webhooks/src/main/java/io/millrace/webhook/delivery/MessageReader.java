package io.millrace.webhook.delivery;

import io.millrace.queue.Topics;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Reads the log of completions by address, without a group and without taking anything from
 * anybody. Single messages are read one after the other by one consumer that is kept. Thread-safe;
 * throws {@link KafkaException} when the broker does not answer within five seconds.
 */
public final class MessageReader implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final TopicPartition LOG = new TopicPartition(Topics.COMPLETIONS, 0);

  private final Supplier<Consumer<byte[], byte[]>> singles;
  private final Supplier<Consumer<byte[], byte[]>> scans;
  private @Nullable Consumer<byte[], byte[]> kept;

  /**
   * @param singles fetch one record at a time
   * @param scans fetch many
   */
  public MessageReader(
      Supplier<Consumer<byte[], byte[]>> singles, Supplier<Consumer<byte[], byte[]>> scans) {
    this.singles = singles;
    this.scans = scans;
  }

  /** The record at this address; empty when the log has let go of it. */
  synchronized Optional<ConsumerRecord<byte[], byte[]>> read(long offset) {
    Consumer<byte[], byte[]> consumer = kept == null ? open() : kept;
    try {
      consumer.seek(LOG, offset);
      return consumer.poll(PATIENCE).records(LOG).stream()
          .filter(record -> record.offset() == offset)
          .findFirst()
          .or(() -> absent(consumer, offset));
    } catch (OffsetOutOfRangeException e) {
      return Optional.empty();
    } catch (KafkaException e) {
      close();
      throw e;
    }
  }

  /**
   * When the log got the record at this address, in milliseconds; empty when it has let go of it.
   */
  OptionalLong writtenAt(long offset) {
    return read(offset).stream().mapToLong(ConsumerRecord::timestamp).findFirst();
  }

  private Consumer<byte[], byte[]> open() {
    Consumer<byte[], byte[]> consumer = singles.get();
    consumer.assign(Set.of(LOG));
    kept = consumer;
    return consumer;
  }

  /** Nothing came: the log may have let go of the record, or the broker may be away. */
  private static Optional<ConsumerRecord<byte[], byte[]>> absent(
      Consumer<byte[], byte[]> consumer, long offset) {
    if (consumer.beginningOffsets(Set.of(LOG), PATIENCE).getOrDefault(LOG, 0L) > offset) {
      return Optional.empty();
    }
    throw new KafkaException("no answer for the record at " + offset);
  }

  /** Shows every record from this one to the end that the log has now. */
  void scan(long from, java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> each) {
    try (Consumer<byte[], byte[]> consumer = scans.get()) {
      consumer.assign(Set.of(LOG));
      long end = consumer.endOffsets(Set.of(LOG), PATIENCE).getOrDefault(LOG, 0L);
      long begin = consumer.beginningOffsets(Set.of(LOG), PATIENCE).getOrDefault(LOG, 0L);
      // A log that was made anew, or was cut, may end before an address that was one once.
      consumer.seek(LOG, from > end ? begin : Math.max(begin, from));
      while (consumer.position(LOG, PATIENCE) < end) {
        consumer.poll(PATIENCE).records(LOG).forEach(each);
      }
    }
  }

  @Override
  public synchronized void close() {
    if (kept != null) {
      kept.close();
      kept = null;
    }
  }
}
