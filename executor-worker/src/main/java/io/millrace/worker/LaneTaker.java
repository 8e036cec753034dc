package io.millrace.worker;

import io.millrace.queue.Lane;
import io.millrace.queue.QueueClients;
import io.millrace.queue.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.common.errors.WakeupException;

/**
 * Takes one record at a time from the two lanes, the first before the second. It asks the second
 * lane only when the first is known to be empty and the second is not: a poll that finds nothing
 * leaves a request with the broker, and what that request gets would wait behind this slot's next
 * job. Now and then a slot with nothing to do asks it all the same: jobs that were cancelled, or
 * sent twice, leave records there that nobody counts.
 *
 * <p>One thread takes; any thread may {@link #wakeUp()}.
 */
final class LaneTaker implements AutoCloseable {

  /** How long an idle slot waits in the first lane before it looks at the counts again. */
  private static final Duration IDLE = Duration.ofMillis(250);

  /** How long a slot waits for a record that the counts promise. */
  private static final Duration PROMISED = Duration.ofMillis(50);

  /** After so many idle rounds, some five seconds, a slot looks for records that nobody counts. */
  private static final int ROUNDS_TO_SWEEP = 20;

  private static final int FIRST_FETCH_MILLIS = 250;
  private static final int BULK_FETCH_MILLIS = 20;

  private final ShareConsumer<byte[], byte[]> first;
  private final ShareConsumer<byte[], byte[]> bulk;
  private final WaitingCounts waiting;
  private int idleRounds;

  LaneTaker(QueueClients clients, WaitingCounts waiting) {
    this.waiting = waiting;
    first = clients.shareConsumer(Topics.WORKERS, FIRST_FETCH_MILLIS);
    bulk = clients.shareConsumer(Topics.WORKERS, BULK_FETCH_MILLIS);
    first.subscribe(List.of(Lane.FIRST.topic()));
    bulk.subscribe(List.of(Lane.BULK.topic()));
  }

  /** The next record, or empty after a short while or a wake-up. */
  Optional<TakenRecord> take() {
    if (waiting.onlyBulk() || sweeps()) {
      Optional<TakenRecord> taken = poll(bulk, Lane.BULK, PROMISED);
      if (taken.isPresent()) {
        return taken;
      }
      idleRounds = 0;
    }
    Optional<TakenRecord> taken = poll(first, Lane.FIRST, waiting.any() ? PROMISED : IDLE);
    if (taken.isEmpty()) {
      waiting.refresh();
      idleRounds++;
    } else {
      idleRounds = 0;
    }
    return taken;
  }

  /** Goes on as long as it finds something and nobody waits. */
  private boolean sweeps() {
    if (idleRounds < ROUNDS_TO_SWEEP) {
      return false;
    }
    waiting.refresh();
    return !waiting.any();
  }

  void wakeUp() {
    first.wakeup();
    bulk.wakeup();
  }

  @Override
  public void close() {
    first.close();
    bulk.close();
  }

  private static Optional<TakenRecord> poll(
      ShareConsumer<byte[], byte[]> consumer, Lane lane, Duration wait) {
    try {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(wait)) {
        return Optional.of(new TakenRecord(consumer, lane, record));
      }
    } catch (WakeupException e) {
      // Somebody wants this slot's attention: the loop looks up.
    }
    return Optional.empty();
  }
}
