package io.millrace.worker;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/** Ready when every slot has its sandbox and Redis hears this worker. */
final class WorkerReadiness implements HealthIndicator {

  private final SlotPool slots;
  private final LeaseKeeper keeper;
  private final WorkerSettings settings;

  WorkerReadiness(SlotPool slots, LeaseKeeper keeper, WorkerSettings settings) {
    this.slots = slots;
    this.keeper = keeper;
    this.settings = settings;
  }

  @Override
  public Health health() {
    boolean ready = slots.ready() == settings.slots() && keeper.isHeard();
    return (ready ? Health.up() : Health.outOfService())
        .withDetail("slots", settings.slots())
        .withDetail("sandboxes", slots.ready())
        .withDetail("redis", keeper.isHeard())
        .build();
  }
}
