package io.millrace.webhook.dispatch;

import io.millrace.webhook.WebhookTarget;
import io.millrace.webhook.delivery.Delivery;
import java.time.Clock;

/**
 * Keeps receivers apart: first attempts are bounded on their own, and so are retries together with
 * receivers that lately hung, so that neither takes what is the other's. Thread-safe.
 */
final class ReceiverLimits {

  private final InFlight first;
  private final InFlight retries;
  private final HangingReceivers hanging;

  ReceiverLimits(InFlight.Limits limits, Clock clock) {
    this.first = new InFlight(limits, clock);
    this.retries = new InFlight(limits.quarter(), clock);
    this.hanging = new HangingReceivers(clock);
  }

  /** InFlight for one attempt, or when to come again. */
  Turn enter(Delivery delivery, WebhookTarget target) {
    boolean trusted = delivery.step() == 0 && !hanging.contains(receiver(target));
    return (trusted ? first : retries)
        .enter(target.authority(), delivery.owner(), delivery.bytes());
  }

  /** Remembers whether the receiver let us wait. */
  void note(WebhookTarget target, boolean slow) {
    hanging.note(receiver(target), slow);
  }

  int inFlight() {
    return first.inFlight() + retries.inFlight();
  }

  /** Waits until nothing is in flight, for at most {@code millis} of either kind. */
  boolean awaitIdle(long millis) throws InterruptedException {
    return first.awaitIdle(millis) && retries.awaitIdle(millis);
  }

  /** Host and path: behind one host may stand good and bad receivers. */
  private static String receiver(WebhookTarget target) {
    String path = target.requestTarget();
    int query = path.indexOf('?');
    return target.authority() + (query < 0 ? path : path.substring(0, query));
  }
}
