package io.millrace.worker;

import io.millrace.queue.JobQueue;
import io.millrace.queue.StrayCounter;
import io.millrace.queue.Topics;
import io.millrace.queue.UnreadableRecordException;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts records aside that are no job of a known version, with their bytes, headers and cause:
 * garbage as a dead letter, a newer version parked for a newer worker.
 */
final class StrayRecords {

  private static final Logger log = LoggerFactory.getLogger(StrayRecords.class);

  private final JobQueue queue;
  private final StrayCounter strays;

  StrayRecords(JobQueue queue, StrayCounter strays) {
    this.queue = queue;
    this.strays = strays;
  }

  /** Blocks until the broker has the copy, so that the original may be forgotten. */
  void putAside(ConsumerRecord<byte[], byte[]> stray, UnreadableRecordException cause) {
    String topic = cause.isNewer() ? Topics.PARKED : Topics.DEAD_LETTERS;
    ProducerRecord<byte[], byte[]> copy =
        new ProducerRecord<>(topic, null, stray.key(), stray.value(), stray.headers());
    copy.headers()
        .add("millrace-cause", bytes(String.valueOf(cause.getMessage())))
        .add("millrace-origin", bytes(stray.topic() + ":" + stray.offset()));
    queue.send(copy).join();
    strays.count(topic);
    log.warn(
        "Record {} of {} goes to {}: {}", stray.offset(), stray.topic(), topic, cause.getMessage());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
