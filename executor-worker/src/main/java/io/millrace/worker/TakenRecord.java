package io.millrace.worker;

import io.millrace.queue.RecordPointer;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ShareConsumer;

/** A record that this worker holds until it says what became of it. Not thread-safe. */
final class TakenRecord {

  private final ShareConsumer<byte[], byte[]> consumer;
  private final ConsumerRecord<byte[], byte[]> record;
  private final RecordPointer pointer;
  private boolean held = true;

  TakenRecord(
      ShareConsumer<byte[], byte[]> consumer,
      ConsumerRecord<byte[], byte[]> record,
      RecordPointer pointer) {
    this.consumer = consumer;
    this.record = record;
    this.pointer = pointer;
  }

  RecordPointer pointer() {
    return pointer;
  }

  ConsumerRecord<byte[], byte[]> record() {
    return record;
  }

  /** How often it was given to a worker, with this time; 1 for the first. */
  int deliveries() {
    return record.deliveryCount().orElse((short) 1);
  }

  /**
   * The queue may forget it, and is told with the next request for a record. Once is enough; a
   * second call does nothing.
   */
  void accept() {
    acknowledge(AcknowledgeType.ACCEPT);
  }

  /** Somebody else may take it, at once; nothing is done when it was accepted. */
  void release() {
    if (acknowledge(AcknowledgeType.RELEASE)) {
      consumer.commitAsync();
    }
  }

  private boolean acknowledge(AcknowledgeType type) {
    if (!held) {
      return false;
    }
    held = false;
    consumer.acknowledge(record, type);
    return true;
  }
}
