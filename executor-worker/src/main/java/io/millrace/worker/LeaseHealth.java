package io.millrace.worker;

import io.millrace.store.EvictionPolicy;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * Up while Redis hears this worker, which keeps its jobs' leases by that, and keeps what it is
 * told.
 */
final class LeaseHealth implements HealthIndicator {

  private final LeaseKeeper keeper;
  private final EvictionPolicy eviction;

  LeaseHealth(LeaseKeeper keeper, EvictionPolicy eviction) {
    this.keeper = keeper;
    this.eviction = eviction;
  }

  @Override
  public Health health() {
    boolean good = keeper.isHeard() && eviction.keepsAll();
    return (good ? Health.up() : Health.outOfService())
        .withDetail("redis", keeper.isHeard())
        .withDetail("redis_keeps_all", eviction.told())
        .build();
  }
}
