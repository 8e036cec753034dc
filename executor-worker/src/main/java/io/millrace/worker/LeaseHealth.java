package io.millrace.worker;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/** Up while Redis hears this worker, which keeps its jobs' leases by that. */
final class LeaseHealth implements HealthIndicator {

  private final LeaseKeeper keeper;

  LeaseHealth(LeaseKeeper keeper) {
    this.keeper = keeper;
  }

  @Override
  public Health health() {
    return (keeper.isHeard() ? Health.up() : Health.outOfService())
        .withDetail("redis", keeper.isHeard())
        .build();
  }
}
