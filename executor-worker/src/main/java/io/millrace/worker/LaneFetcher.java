package io.millrace.worker;

import io.millrace.queue.Lane;
import io.millrace.queue.QueueClients;
import io.millrace.queue.RecordPointer;
import io.millrace.queue.TopicIds;
import io.millrace.queue.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This worker's member in one lane's share group: takes one record at a time, and asks for one only
 * while a slot is idle. The second lane's asks only when the first is known to be empty: when its
 * request has been with the broker for a moment.
 *
 * <p>A request that found nothing stays with the broker, renewed by the client, and may be answered
 * when every slot has become busy through the other lane. So a fetcher goes on listening for as
 * long as its request is out, and {@link Intake} sees to it that no record waits here.
 *
 * <p>One thread runs it; any thread may {@link #wakeUp()} or look at its state.
 */
final class LaneFetcher implements Runnable {

  private static final Logger log = LoggerFactory.getLogger(LaneFetcher.class);

  /** A lane that had no record for this long after it was asked is empty. */
  private static final long EMPTY_AFTER_NANOS = Duration.ofMillis(10).toNanos();

  /**
   * So long a record that was accepted waits for the next request to say so, which a busy worker
   * makes soon; a request of its own would cost the broker as much as that. The lease holds the job
   * meanwhile.
   */
  private static final long TOLD_WITHIN_NANOS = Duration.ofMillis(50).toNanos();

  /** Also how long it takes to see that the worker drains, should a wake-up be lost. */
  private static final Duration LISTEN = Duration.ofSeconds(1);

  /** What was not given back by then comes back by itself, later. */
  private static final Duration LEAVE_TIME = Duration.ofSeconds(1);

  /**
   * How long the broker keeps a request that it has nothing for. An acknowledgement that has to be
   * sent meanwhile waits for its end.
   */
  private static final int FETCH_MILLIS = 500;

  private final Lane lane;
  private final @Nullable LaneFetcher before;
  private final QueueClients clients;
  private final TopicIds topics;
  private final IdleSlots idle;
  private final WaitingCounts waiting;
  private final Intake intake;
  private final Patience patience;
  private volatile @Nullable ShareConsumer<byte[], byte[]> consumer;
  private volatile boolean joined;
  private volatile long askedAt;

  /** {@code before} is the fetcher of the lane that goes first, null for that lane. */
  LaneFetcher(
      Lane lane,
      @Nullable LaneFetcher before,
      QueueClients clients,
      TopicIds topics,
      IdleSlots idle,
      WaitingCounts waiting,
      Intake intake,
      Patience patience) {
    this.lane = lane;
    this.before = before;
    this.clients = clients;
    this.topics = topics;
    this.idle = idle;
    this.waiting = waiting;
    this.intake = intake;
    this.patience = patience;
  }

  /** A name for its thread. */
  String name() {
    return "lane-" + lane.wireName();
  }

  /** Whether the broker has answered this member, since when it has been one. */
  boolean isJoined() {
    return joined;
  }

  void wakeUp() {
    ShareConsumer<byte[], byte[]> member = consumer;
    if (member != null) {
      member.wakeup();
    }
  }

  /** A member that fails is replaced, a little later each time. */
  @Override
  public void run() {
    patience.again("take jobs from lane " + lane.wireName(), this::beMember);
  }

  private void beMember() {
    // From now on the last answer is at hand, though the broker be away when a record is.
    var unused = topics.now(lane.topic());
    ShareConsumer<byte[], byte[]> member = clients.shareConsumer(Topics.WORKERS, FETCH_MILLIS);
    try {
      member.subscribe(List.of(lane.topic()));
      consumer = member;
      while (patience.goesOn()) {
        fetch(member);
      }
    } finally {
      consumer = null;
      joined = false;
      askedAt = 0;
      member.close(LEAVE_TIME);
    }
  }

  private void fetch(ShareConsumer<byte[], byte[]> member) {
    if (askedAt == 0 && !awaitTurn(TOLD_WITHIN_NANOS)) {
      // The next request, which would tell what became of the last record, is not due soon.
      member.commitAsync();
      awaitTurn(Long.MAX_VALUE);
    }
    if (!patience.goesOn()) {
      return;
    }
    if (askedAt == 0) {
      askedAt = System.nanoTime();
    }
    Optional<TakenRecord> taken = poll(member);
    joined = joined || hasAnswered(member);
    if (taken.isPresent()) {
      askedAt = 0;
      patience.survive("place a record", () -> intake.place(taken.get()));
    }
  }

  /** False when it may not ask within so long. */
  private boolean awaitTurn(long nanos) {
    long begun = System.nanoTime();
    long seen = idle.changes();
    for (long wait = untilItsTurn(); wait > 0 && patience.goesOn(); wait = untilItsTurn()) {
      long left = nanos - (System.nanoTime() - begun);
      if (left <= 0) {
        return false;
      }
      idle.awaitChange(seen, Math.min(wait, left));
      seen = idle.changes();
    }
    return true;
  }

  /** Nanoseconds; 0 when it may ask for a record now. */
  private long untilItsTurn() {
    if (!idle.any()) {
      return LISTEN.toNanos();
    }
    if (before == null || !before.joined || waiting.onlyBulk()) {
      return 0;
    }
    long asked = before.askedAt;
    return asked == 0
        ? EMPTY_AFTER_NANOS
        : Math.max(0, asked + EMPTY_AFTER_NANOS - System.nanoTime());
  }

  private Optional<TakenRecord> poll(ShareConsumer<byte[], byte[]> member) {
    try {
      for (ConsumerRecord<byte[], byte[]> record : member.poll(LISTEN)) {
        RecordPointer pointer = new RecordPointer(lane, topics.of(lane.topic()), record.offset());
        return Optional.of(new TakenRecord(member, record, pointer));
      }
    } catch (WakeupException e) {
      // The worker drains: the loop looks up.
    }
    return Optional.empty();
  }

  private static boolean hasAnswered(ShareConsumer<byte[], byte[]> member) {
    return member.metrics().values().stream()
        .filter(metric -> metric.metricName().name().equals("fetch-total"))
        .anyMatch(metric -> metric.metricValue() instanceof Double total && total > 0);
  }
}
