package io.millrace.gateway.webhook.delivery;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.gateway.webhook.delivery.DeliveryLog.Marked;
import io.millrace.gateway.webhook.delivery.DeliveryLog.Message;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the log and writes down again every delivery that has not arrived and that Redis does not
 * know. Any number of gateways may do so at a time: what is known is left as it is.
 */
public final class DeliveryRebuild {

  private static final Logger LOG = LoggerFactory.getLogger(DeliveryRebuild.class);

  /** A gateway that reads for longer than this may have died; another begins. */
  private static final Duration READER_LEASE = Duration.ofSeconds(60);

  private final MessageReader messages;
  private final DeliveryStore store;
  private final Counter read;

  public DeliveryRebuild(MessageReader messages, DeliveryStore store, MeterRegistry meters) {
    this.messages = messages;
    this.store = store;
    this.read =
        Counter.builder("millrace.webhook.log.reread")
            .description("records of the log of completions that were read again")
            .register(meters);
  }

  /**
   * Reads the whole log for a Redis that was emptied, unless another gateway does. Blocks until it
   * is done. Throws what Kafka and Redis throw; repeating it does no harm.
   */
  public void run() {
    if (store.mayRead(READER_LEASE)) {
      readFrom(0);
      store.rebuilt();
    }
  }

  /** Reads the log from this record on: the broker may have dropped some in silence. */
  public void readFrom(long offset) {
    LOG.info("Reading the log of completions from {} for deliveries Redis does not know", offset);
    Map<UUID, DeliveryMarker> unfinished = new LinkedHashMap<>();
    messages.scan(
        offset,
        record -> {
          read.increment();
          follow(record, unfinished);
        });
    long restored = unfinished.values().stream().filter(store::restore).count();
    LOG.info("Restored {} webhook deliveries; those that are pending are due now", restored);
  }

  private static void follow(
      ConsumerRecord<byte[], byte[]> record, Map<UUID, DeliveryMarker> unfinished) {
    DeliveryLog.Entry entry = DeliveryLog.entry(record);
    if (entry instanceof Message message) {
      Delivery delivery = DeliveryStore.begun(message.completion(), record.offset());
      unfinished.putIfAbsent(
          delivery.jobId(), DeliveryMarker.of(delivery, DeliveryState.PENDING, 0, null));
    } else if (entry instanceof Marked marked) {
      mark(marked.marker(), unfinished);
    }
  }

  private static void mark(DeliveryMarker marker, Map<UUID, DeliveryMarker> unfinished) {
    UUID jobId = marker.delivery().jobId();
    if (marker.state() == DeliveryState.DELIVERED) {
      unfinished.remove(jobId);
    } else {
      unfinished.put(jobId, marker);
    }
  }
}
