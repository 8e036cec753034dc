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
import org.jspecify.annotations.Nullable;

/**
 * Takes one record at a time from the two lanes, the first before the second. It asks the second
 * lane only when the first is known to be empty and the second is not. Now and then a slot with
 * nothing to do asks it all the same: jobs that were cancelled, or sent twice, leave records there
 * that nobody counts.
 *
 * <p>A poll that finds nothing leaves a request with the broker, renewed for as long as the
 * consumer is open, and what it gets waits behind this slot's next job. A job that runs long would
 * hold such a record up: the slot then {@link #leaveBulk() leaves} the lane until it is free.
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

  /** What was not given back by then comes back by itself, later. */
  private static final Duration LEAVE_TIME = Duration.ofSeconds(1);

  /** How long the broker keeps a request that it has nothing for: the shorter, the more of them. */
  private static final int FETCH_MILLIS = 250;

  private final QueueClients clients;
  private final WaitingCounts waiting;
  private final ShareConsumer<byte[], byte[]> first;
  private volatile @Nullable ShareConsumer<byte[], byte[]> bulk;
  private int idleRounds;

  LaneTaker(QueueClients clients, WaitingCounts waiting) {
    this.clients = clients;
    this.waiting = waiting;
    first = join(Lane.FIRST);
    bulk = join(Lane.BULK);
  }

  /**
   * The next record, or empty after a short while or a wake-up. What became of the last one is told
   * with the request for it; by itself only when the request goes to the other lane.
   */
  Optional<TakenRecord> take() {
    if (waiting.onlyBulk() || sweeps()) {
      first.commitAsync();
      Optional<TakenRecord> taken = poll(bulk(), Lane.BULK, PROMISED);
      if (taken.isPresent()) {
        return taken;
      }
      idleRounds = 0;
    }
    if (bulk != null) {
      bulk.commitAsync();
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

  /** Gives what waits for this slot in the second lane to others. */
  void leaveBulk() {
    ShareConsumer<byte[], byte[]> left = bulk;
    bulk = null;
    if (left != null) {
      left.close(LEAVE_TIME);
    }
  }

  void wakeUp() {
    first.wakeup();
    ShareConsumer<byte[], byte[]> second = bulk;
    if (second != null) {
      second.wakeup();
    }
  }

  @Override
  public void close() {
    first.close();
    leaveBulk();
  }

  private ShareConsumer<byte[], byte[]> bulk() {
    ShareConsumer<byte[], byte[]> joined = bulk;
    if (joined == null) {
      joined = join(Lane.BULK);
      bulk = joined;
    }
    return joined;
  }

  private ShareConsumer<byte[], byte[]> join(Lane lane) {
    ShareConsumer<byte[], byte[]> consumer = clients.shareConsumer(Topics.WORKERS, FETCH_MILLIS);
    consumer.subscribe(List.of(lane.topic()));
    return consumer;
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
