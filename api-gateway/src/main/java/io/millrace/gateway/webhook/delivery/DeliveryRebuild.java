package io.millrace.gateway.webhook.delivery;

import io.millrace.gateway.webhook.delivery.DeliveryLog.Marked;
import io.millrace.gateway.webhook.delivery.DeliveryLog.Message;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the whole log and writes down again every delivery that has not arrived and that Redis does
 * not know. Any number of gateways may do so at a time: what is known is left as it is.
 */
public final class DeliveryRebuild {

  private static final Logger LOG = LoggerFactory.getLogger(DeliveryRebuild.class);

  private final MessageReader messages;
  private final DeliveryStore store;

  public DeliveryRebuild(MessageReader messages, DeliveryStore store) {
    this.messages = messages;
    this.store = store;
  }

  /** Blocks until it is done. Throws what Kafka and Redis throw; repeating it does no harm. */
  public void run() {
    LOG.info("Reading the log of completions for deliveries that Redis does not know");
    Map<UUID, DeliveryMarker> unfinished = new LinkedHashMap<>();
    messages.scan(record -> follow(record, unfinished));
    long restored = unfinished.values().stream().filter(store::restore).count();
    store.rebuilt();
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
