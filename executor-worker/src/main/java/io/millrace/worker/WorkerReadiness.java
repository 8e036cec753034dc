package io.millrace.worker;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * Ready when this worker has joined both lanes and every slot has its sandbox, from when Redis has
 * first heard it. A Redis that goes away later is away from every worker: {@link LeaseHealth} tells
 * that.
 */
final class WorkerReadiness implements HealthIndicator {

  private final SlotPool slots;
  private final LeaseKeeper keeper;
  private final WorkerSettings settings;
  private volatile boolean wasHeard;

  WorkerReadiness(SlotPool slots, LeaseKeeper keeper, WorkerSettings settings) {
    this.slots = slots;
    this.keeper = keeper;
    this.settings = settings;
  }

  @Override
  public Health health() {
    wasHeard |= keeper.isHeard();
    boolean ready = slots.ready() == settings.slots() && wasHeard;
    return (ready ? Health.up() : Health.outOfService())
        .withDetail("slots", settings.slots())
        .withDetail("slots_ready", slots.ready())
        .build();
  }
}
