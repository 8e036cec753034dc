package io.millrace.webhook.dispatch;

import io.millrace.job.AboutJob;
import io.millrace.queue.Completion;
import io.millrace.trace.Traces;
import io.millrace.webhook.WebhookTarget;
import io.millrace.webhook.delivery.Delivery;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Makes an attempt of a delivery that has a turn and a lease, and writes down what came of it. Who
 * calls does not wait. If this process dies at any step, the lease ends and another gateway makes
 * the attempt again, with the same id and body.
 */
final class WebhookDispatcher {

  private static final Logger LOG = LoggerFactory.getLogger(WebhookDispatcher.class);

  private final AttemptMaker attempts;
  private final DeliveryRecorder recorder;
  private final ReceiverLimits receivers;
  private final Duration slowAfter;
  private final Scheduler blocking;
  private final Traces traces;
  private final Clock clock;

  /**
   * @param slowAfter a receiver that takes longer is kept apart
   * @param blocking runs what waits for Redis and Kafka
   */
  WebhookDispatcher(
      AttemptMaker attempts,
      DeliveryRecorder recorder,
      ReceiverLimits receivers,
      Duration slowAfter,
      Scheduler blocking,
      Traces traces,
      Clock clock) {
    this.attempts = attempts;
    this.recorder = recorder;
    this.receivers = receivers;
    this.slowAfter = slowAfter;
    this.blocking = blocking;
    this.traces = traces;
    this.clock = clock;
  }

  void dispatch(Delivery delivery, WebhookTarget target, Completion message, Turn.Now turn) {
    long startedAt = clock.millis();
    byte[] body = message.body().getBytes(StandardCharsets.UTF_8);
    Traces.Step step = begin(delivery, message);
    String context = step.traceparent() == null ? message.traceparent() : step.traceparent();
    Mono.defer(() -> attempts.attempt(delivery, target, body, context))
        .doOnNext(result -> step.tag("outcome", result.outcome().wireName()))
        .doOnNext(result -> noteSpeed(target, startedAt))
        .publishOn(blocking)
        .flatMap(result -> conclude(delivery, startedAt, result))
        .doFinally(
            signal -> {
              step.close();
              turn.leave().run();
            })
        .subscribe(done -> {}, failure -> giveUpLease(delivery, failure));
  }

  private Traces.Step begin(Delivery delivery, Completion message) {
    return traces
        .begin("deliver webhook", Traces.Kind.CLIENT, message.traceparent())
        .tag("job_id", delivery.jobId())
        .tag("attempt", delivery.step() + 1);
  }

  private Mono<Void> conclude(Delivery delivery, long startedAt, AttemptResult result) {
    return Mono.fromRunnable(() -> recorder.conclude(delivery, startedAt, result));
  }

  private void noteSpeed(WebhookTarget target, long startedAt) {
    receivers.note(target, clock.millis() - startedAt > slowAfter.toMillis());
  }

  private static void giveUpLease(Delivery delivery, Throwable failure) {
    try (var about = AboutJob.log(delivery.jobId())) {
      LOG.warn(
          "Job {}: the webhook's attempt could not be written down; it is made again when its lease"
              + " ends",
          delivery.jobId(),
          failure);
    }
  }
}
