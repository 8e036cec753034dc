package io.millrace.webhook.dispatch;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.millrace.job.AboutJob;
import io.millrace.metrics.EnumCounters;
import io.millrace.webhook.delivery.Attempt;
import io.millrace.webhook.delivery.AttemptOutcome;
import io.millrace.webhook.delivery.Delivery;
import io.millrace.webhook.delivery.DeliveryLog;
import io.millrace.webhook.delivery.DeliveryMarker;
import io.millrace.webhook.delivery.DeliveryState;
import io.millrace.webhook.delivery.DeliveryStore;
import io.millrace.webhook.delivery.DeliveryStore.RecordedAttempt;
import io.millrace.webhook.delivery.Verdict;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Judges an attempt's result and writes both down: in Redis, and its end in the log. Blocking. */
final class DeliveryRecorder {

  private static final Logger LOG = LoggerFactory.getLogger(DeliveryRecorder.class);

  private final RetryPolicy policy;
  private final DeliveryStore store;
  private final DeliveryLog log;
  private final EnumCounters<AttemptOutcome> attempts;
  private final EnumCounters<DeliveryState> ends;
  private final Timer took;
  private final Clock clock;
  private final Queue<DeliveryMarker> marked = new ConcurrentLinkedQueue<>();

  DeliveryRecorder(
      RetryPolicy policy, DeliveryStore store, DeliveryLog log, MeterRegistry meters, Clock clock) {
    this.policy = policy;
    this.store = store;
    this.log = log;
    this.attempts =
        new EnumCounters<>(
            meters, "millrace.webhook.attempts", "outcome", EnumSet.allOf(AttemptOutcome.class));
    this.ends =
        new EnumCounters<>(
            meters,
            "millrace.webhook.ended",
            "state",
            EnumSet.of(DeliveryState.DELIVERED, DeliveryState.DEAD));
    this.took = meters.timer("millrace.webhook.attempt");
    this.clock = clock;
  }

  void conclude(Delivery delivery, long startedAt, AttemptResult result) {
    took.record(Duration.ofMillis(Math.max(0, clock.millis() - startedAt)));
    try (var about = AboutJob.log(delivery.jobId())) {
      write(delivery, startedAt, result);
    }
  }

  private void write(Delivery delivery, long startedAt, AttemptResult result) {
    LOG.debug(
        "Job {}: {}; it is written down next",
        delivery.jobId(),
        result.status() == null ? "no answer" : "the receiver answered " + result.status());
    attempts.increment(result.outcome());
    Attempt attempt = attempt(startedAt, result);
    Verdict verdict = policy.judge(result, delivery.step() + 1);
    RecordedAttempt recorded = store.record(delivery, attempt, verdict);
    if (recorded.isEnd()) {
      end(DeliveryMarker.of(delivery, recorded.state(), recorded.attempts(), attempt));
    }
    recorded.givenUp().forEach(this::giveUp);
    tell(delivery, result, verdict, recorded);
  }

  private Attempt attempt(long startedAt, AttemptResult result) {
    return new Attempt(
        startedAt,
        clock.millis() - startedAt,
        result.outcome().wireName(),
        result.status(),
        result.detail());
  }

  /** A delivery, of this owner or of another, that made room. */
  private void giveUp(DeliveryMarker marker) {
    UUID jobId = marker.delivery().jobId();
    try (var about = AboutJob.log(jobId)) {
      LOG.warn(
          "Job {}: its webhook is given up after {} attempts, since more of them fail than"
              + " millrace.webhook.max-pending; it can be sent again by hand",
          jobId,
          marker.attempts());
    }
    end(marker);
  }

  private void end(DeliveryMarker marker) {
    ends.increment(marker.state());
    var unused = mark(marker);
  }

  /**
   * Writes ends into the log that it did not take at first, or whose gateway died before it did.
   */
  void markAgain(List<DeliveryMarker> unmarked) {
    for (DeliveryMarker each : unmarked) {
      if (mark(each).isCompletedExceptionally()) {
        // The broker is away: each more would wait for it.
        return;
      }
    }
  }

  /** The ends that the log has taken since this was asked last. */
  List<DeliveryMarker> takeMarked() {
    List<DeliveryMarker> all = new ArrayList<>();
    for (DeliveryMarker each = marked.poll(); each != null; each = marked.poll()) {
      all.add(each);
    }
    return all;
  }

  private CompletableFuture<Boolean> mark(DeliveryMarker marker) {
    return log.mark(marker)
        .thenApply(offset -> marked.add(marker))
        .whenComplete(
            (done, failure) -> {
              if (failure != null) {
                tellNotMarked(marker.delivery());
              }
            });
  }

  private static void tellNotMarked(Delivery delivery) {
    try (var about = AboutJob.log(delivery.jobId())) {
      LOG.warn(
          "Job {}: the log did not take the end of its webhook; it is written again, by whichever"
              + " gateway, every few seconds",
          delivery.jobId());
    }
  }

  private static void tell(
      Delivery delivery, AttemptResult result, Verdict verdict, RecordedAttempt recorded) {
    String next =
        !recorded.ours()
            ? "another gateway goes on with it"
            : recorded.state() == DeliveryState.PENDING && verdict instanceof Verdict.Again again
                ? "next attempt in " + again.delay().toMillis() + " ms"
                : recorded.state().wireName();
    LOG.atLevel(recorded.state() == DeliveryState.DELIVERED ? Level.DEBUG : Level.INFO)
        .log(
            "Job {}: webhook attempt {} {}; {}",
            delivery.jobId(),
            recorded.attempts(),
            result.outcome().wireName(),
            next);
  }
}
