package io.millrace.webhook.delivery;

import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notes in Redis how far the dispatchers have come in the log of completions, so that a record that
 * comes again, after its delivery was over and forgotten, is known for what it is. Costs nothing
 * while nothing is taken. Thread-safe.
 */
public final class LogProgress {

  private static final Logger LOG = LoggerFactory.getLogger(LogProgress.class);

  /** Well before what has arrived is forgotten: see millrace.webhook.delivered-retention. */
  private static final Duration SOON = Duration.ofSeconds(10);

  private static final long NOTHING_NEW = Long.MAX_VALUE;

  private final LongSupplier start;
  private final MessageReader messages;
  private final DeliveryStore store;
  private final Clock clock;
  private final AtomicLong dueAt = new AtomicLong(NOTHING_NEW);

  /**
   * @param start the first record that is not taken and done with, as Kafka knows it
   */
  public LogProgress(LongSupplier start, MessageReader messages, DeliveryStore store, Clock clock) {
    this.start = start;
    this.messages = messages;
    this.store = store;
    this.clock = clock;
  }

  /** Something has been taken. */
  public void comeFurther() {
    dueAt.compareAndSet(NOTHING_NEW, clock.millis() + SOON.toMillis());
  }

  /** Notes what has been taken for some seconds; blocks for Kafka and Redis then. */
  public void noteIfDue() {
    if (clock.millis() >= dueAt.get()) {
      note();
    }
  }

  /** Notes what has been taken up to now; blocks for Kafka and Redis when it was anything. */
  public void noteIfAny() {
    if (dueAt.get() != NOTHING_NEW) {
      note();
    }
  }

  private void note() {
    dueAt.set(NOTHING_NEW);
    try {
      long taken = start.getAsLong();
      if (taken > 0) {
        messages
            .writtenAt(taken - 1)
            .ifPresent(writtenAt -> store.noteTaken(new TakenUpTo(taken, writtenAt)));
      }
    } catch (RuntimeException e) {
      LOG.debug("How far the log of completions is taken cannot be noted; tried again", e);
      comeFurther();
    }
  }
}
