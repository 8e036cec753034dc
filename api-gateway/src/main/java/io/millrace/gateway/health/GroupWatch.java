package io.millrace.gateway.health;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.queue.ShareGroups;
import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.scheduling.TriggerContext;
import org.springframework.stereotype.Component;

/**
 * Looks now and then whether Kafka can give jobs to workers at all: a queue whose share groups have
 * no coordinator takes jobs and runs none. Thread-safe; reading it costs nothing.
 */
@Component("groups")
final class GroupWatch implements HealthIndicator {

  private static final Logger log = LoggerFactory.getLogger(GroupWatch.class);
  private static final Duration BEAT = Duration.ofSeconds(10);
  private static final Duration BEAT_WHILE_AWAY = Duration.ofSeconds(1);

  private final ShareGroups groups;
  private volatile boolean up;
  private boolean told;

  GroupWatch(ShareGroups groups, TaskScheduler beats, MeterRegistry meters) {
    this.groups = groups;
    Gauge.builder("millrace.share.groups.up", this, each -> each.up ? 1 : 0)
        .description("0 while Kafka cannot read the states of the share groups: no job runs then")
        .register(meters);
    beats.schedule(this::look, this::next);
  }

  boolean isUp() {
    return up;
  }

  @Override
  public Health health() {
    return (up ? Health.up() : Health.outOfService()).build();
  }

  void look() {
    try {
      groups.check();
      up = true;
      told = false;
    } catch (IllegalStateException e) {
      up = false;
      if (!told) {
        log.warn(
            "{}: jobs are taken and none runs; let the brokers reach each other and themselves by the"
                + " names that they advertise, and this user describe the groups",
            e.getMessage());
      }
      told = true;
    }
  }

  private Instant next(TriggerContext last) {
    if (last.lastCompletion() == null) {
      return last.getClock().instant();
    }
    return last.getClock().instant().plus(up ? BEAT : BEAT_WHILE_AWAY);
  }
}
