package io.millrace.webhook.dispatch;

import io.millrace.queue.Completion;
import io.millrace.webhook.WebhookTarget;
import io.millrace.webhook.delivery.AttemptOutcome;
import io.millrace.webhook.delivery.Delivery;
import io.millrace.webhook.delivery.DeliveryLog;
import io.millrace.webhook.delivery.DeliveryRebuild;
import io.millrace.webhook.delivery.DeliveryStore;
import io.millrace.webhook.delivery.DeliveryStore.Claimed;
import io.millrace.webhook.delivery.LogProgress;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes up deliveries whose next attempt is due or whose gateway fell silent, and has the store
 * rebuilt from the log when it lost what it knew. One call is one look; for one thread.
 */
final class DueClaimer {

  private static final Logger LOG = LoggerFactory.getLogger(DueClaimer.class);
  private static final int BATCH = 128;
  private static final Duration BROKER_AWAY = Duration.ofSeconds(2);
  private static final long NOTHING = Long.MAX_VALUE;

  private final DeliveryStore store;
  private final DeliveryLog log;
  private final DeliveryRebuild rebuild;
  private final LogProgress progress;
  private final ReceiverLimits receivers;
  private final WebhookDispatcher dispatcher;
  private final DeliveryRecorder recorder;
  private final Backlog backlog;
  private final Duration lease;
  private final Clock clock;
  private final AtomicLong doubtfulFrom = new AtomicLong(NOTHING);

  DueClaimer(
      DeliveryStore store,
      DeliveryLog log,
      DeliveryRebuild rebuild,
      LogProgress progress,
      ReceiverLimits receivers,
      WebhookDispatcher dispatcher,
      DeliveryRecorder recorder,
      Backlog backlog,
      Duration lease,
      Clock clock) {
    this.store = store;
    this.log = log;
    this.rebuild = rebuild;
    this.progress = progress;
    this.receivers = receivers;
    this.dispatcher = dispatcher;
    this.recorder = recorder;
    this.backlog = backlog;
    this.lease = lease;
    this.clock = clock;
  }

  /** From this record on some may have been given back too often and dropped by the broker. */
  void doubt(long offset) {
    doubtfulFrom.accumulateAndGet(offset, Math::min);
  }

  /** What a look has found. */
  enum Found {
    /** As much as is taken up at once: there may be more. */
    MORE,
    /** Deliveries that are not done: one of them may be due soon. */
    SOME,
    /** None that is not done. */
    NONE
  }

  /** Takes up what is due now. */
  Found look() {
    if (doubtfulFrom.get() != NOTHING && store.takesWrites()) {
      readAgain(doubtfulFrom.getAndSet(NOTHING));
    }
    progress.noteIfDue();
    if (store.claim(BATCH, lease, recorder.takeMarked()) instanceof Claimed claimed) {
      backlog.hear(claimed);
      recorder.markAgain(claimed.unmarked());
      if (beginAll(claimed.deliveries())) {
        return Found.MORE;
      }
      return claimed.pending() > 0 ? Found.SOME : Found.NONE;
    }
    if (store.takesWrites()) {
      rebuild.run();
    }
    return Found.SOME;
  }

  private void readAgain(long offset) {
    try {
      rebuild.readFrom(offset);
    } catch (RuntimeException e) {
      doubt(offset);
      throw e;
    }
  }

  private boolean beginAll(List<Delivery> deliveries) {
    for (int i = 0; i < deliveries.size(); i++) {
      try {
        begin(deliveries.get(i));
      } catch (KafkaException e) {
        LOG.warn("Messages of webhooks cannot be read; tried again in {}", BROKER_AWAY, e);
        deliveries.subList(i, deliveries.size()).forEach(each -> store.postpone(each, BROKER_AWAY));
        return false;
      }
    }
    return deliveries.size() == BATCH;
  }

  private void begin(Delivery delivery) {
    Optional<WebhookTarget> target = WebhookTarget.of(delivery.url());
    if (target.isEmpty()) {
      end(delivery, AttemptOutcome.UNDELIVERABLE, "The URL is no longer one that is taken");
      return;
    }
    Turn next = receivers.enter(delivery, target.get());
    if (next instanceof Turn.Now turn) {
      attempt(delivery, target.get(), turn);
    } else if (next instanceof Turn.Later full) {
      store.postpone(delivery, full.comeAgain());
    }
  }

  private void attempt(Delivery delivery, WebhookTarget target, Turn.Now turn) {
    boolean dispatched = false;
    try {
      Optional<Completion> message = log.messageOf(delivery);
      if (message.isPresent()) {
        dispatcher.dispatch(delivery, target, message.get(), turn);
        dispatched = true;
      } else {
        end(delivery, AttemptOutcome.UNDELIVERABLE, "The log no longer has the message");
      }
    } finally {
      if (!dispatched) {
        turn.leave().run();
      }
    }
  }

  private void end(Delivery delivery, AttemptOutcome outcome, String detail) {
    recorder.conclude(delivery, clock.millis(), AttemptResult.failed(outcome, detail));
  }
}
