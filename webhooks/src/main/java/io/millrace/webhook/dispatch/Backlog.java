package io.millrace.webhook.dispatch;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.webhook.delivery.DeliveryStore.Claimed;

/** How many deliveries of all gateways are not done, as each claim tells. Thread-safe. */
final class Backlog {

  private volatile long pending;
  private volatile long dead;

  Backlog(MeterRegistry meters) {
    Gauge.builder("millrace.webhook.pending", this, each -> each.pending).register(meters);
    Gauge.builder("millrace.webhook.dead", this, each -> each.dead).register(meters);
  }

  void hear(Claimed claimed) {
    pending = claimed.pending();
    dead = claimed.dead();
  }
}
