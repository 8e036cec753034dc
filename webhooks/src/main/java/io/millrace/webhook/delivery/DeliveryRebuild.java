package io.millrace.webhook.delivery;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.webhook.delivery.DeliveryLog.Marked;
import io.millrace.webhook.delivery.DeliveryLog.Message;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the log and writes down again every delivery of which Redis knows less than the log: those
 * that have not arrived, and those that did so lately, since their completions may be in the log
 * once more. Any number of gateways may do so at a time: what is known is left as it is.
 */
public final class DeliveryRebuild {

  private static final Logger LOG = LoggerFactory.getLogger(DeliveryRebuild.class);

  /** A gateway that reads for longer than this may have died; another begins. */
  private static final Duration READER_LEASE = Duration.ofSeconds(60);

  private static final int BATCH = 200;

  /**
   * Ends that a reading remembers, of some minutes at a high rate: a completion is in the log once
   * more within seconds of the broker's or Redis's return.
   */
  private static final int ENDS_REMEMBERED = 100_000;

  private final MessageReader messages;
  private final DeliveryStore store;
  private final Counter read;
  private final Clock clock;

  public DeliveryRebuild(
      MessageReader messages, DeliveryStore store, MeterRegistry meters, Clock clock) {
    this.messages = messages;
    this.store = store;
    this.clock = clock;
    this.read =
        Counter.builder("millrace.webhook.log.reread")
            .description("records of the log of completions that were read again")
            .register(meters);
  }

  /**
   * Reads the log for a Redis that was emptied, whole, or one that lacks its last writes, from
   * where it surely knows; unless another gateway does. Blocks until it is done. Throws what Kafka
   * and Redis throw, and whoever comes next begins anew; repeating it does no harm.
   */
  public void run() {
    store.beginReading(READER_LEASE).ifPresent(this::readFor);
  }

  private void readFor(long from) {
    try {
      store.rebuilt(read(from));
    } catch (RuntimeException e) {
      giveUp(e);
      throw e;
    }
  }

  private void giveUp(RuntimeException why) {
    try {
      store.giveUpReading();
    } catch (RuntimeException e) {
      why.addSuppressed(e);
    }
  }

  /** Reads the log from this record on: the broker may have dropped some in silence. */
  public void readFrom(long offset) {
    var unused = read(offset);
  }

  private Optional<TakenUpTo> read(long offset) {
    LOG.info("Reading the log of completions from {} for deliveries Redis does not know", offset);
    Reading reading = new Reading();
    messages.scan(offset, reading::see);
    reading.end();
    LOG.info(
        "Restored {} webhook deliveries; those that are pending are due now", reading.restored);
    return Optional.ofNullable(reading.upTo);
  }

  /** One reading. Holds what has no end, and not what has one. */
  private final class Reading {

    private final Map<UUID, DeliveryMarker> unfinished = new LinkedHashMap<>();
    private final List<DeliveryMarker> found = new ArrayList<>();

    /** After how many attempts. */
    private final Map<UUID, Integer> ended =
        new LinkedHashMap<>() {
          @Override
          protected boolean removeEldestEntry(Map.Entry<UUID, Integer> eldest) {
            return size() > ENDS_REMEMBERED;
          }
        };

    private int restored;
    private @Nullable TakenUpTo upTo;

    void see(ConsumerRecord<byte[], byte[]> record) {
      read.increment();
      upTo = new TakenUpTo(record.offset() + 1, record.timestamp());
      DeliveryLog.Entry entry = DeliveryLog.entry(record);
      if (entry instanceof Message message) {
        Delivery begun = DeliveryStore.begun(message.completion(), record.offset());
        if (!ended.containsKey(begun.jobId())) {
          unfinished.putIfAbsent(
              begun.jobId(), DeliveryMarker.of(begun, DeliveryState.PENDING, 0, null));
        }
      } else if (entry instanceof Marked marked) {
        see(marked.marker());
      }
    }

    private void see(DeliveryMarker marker) {
      UUID jobId = marker.delivery().jobId();
      if (marker.state() == DeliveryState.PENDING) {
        // Sent again by hand, and perhaps over before the log had the wish.
        if (ended.getOrDefault(jobId, 0) <= marker.attempts()) {
          ended.remove(jobId);
          unfinished.put(jobId, marker);
        }
        return;
      }
      unfinished.remove(jobId);
      ended.put(jobId, marker.attempts());
      if (store.isKept(marker, clock.millis())) {
        restore(marker);
      }
    }

    void end() {
      unfinished.values().forEach(this::restore);
      flush();
    }

    private void restore(DeliveryMarker marker) {
      found.add(marker);
      if (found.size() == BATCH) {
        flush();
      }
    }

    private void flush() {
      restored += store.restore(found);
      found.clear();
    }
  }
}
