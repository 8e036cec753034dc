package io.millrace.gateway.health;

import io.millrace.gateway.GatewaySettings;
import io.millrace.gateway.queue.QueueMonitor;
import io.millrace.queue.JobQueue;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.stereotype.Component;

/**
 * Up from when this gateway has seen Kafka, Redis and the share groups, Kafka has confirmed a
 * record of it as fast as it must confirm a job, and it has {@link Rehearsal rehearsed}; then for
 * good. Until then another gateway does better: the first record of a producer waits for a number
 * from the broker, for connections and for code that never ran, and its caller would get 503.
 * Thread-safe.
 */
@Component("opening")
final class Opening implements HealthIndicator {

  private static final Logger log = LoggerFactory.getLogger(Opening.class);
  private static final Duration BEAT = Duration.ofMillis(250);

  private final QueueMonitor monitor;
  private final GroupWatch groups;
  private final JobQueue queue;
  private final Rehearsal rehearsal;
  private final Duration confirmTimeout;
  private final ScheduledFuture<?> beat;
  private volatile boolean open;

  Opening(
      QueueMonitor monitor,
      GroupWatch groups,
      JobQueue queue,
      Rehearsal rehearsal,
      GatewaySettings settings,
      TaskScheduler beats) {
    this.monitor = monitor;
    this.groups = groups;
    this.queue = queue;
    this.rehearsal = rehearsal;
    this.confirmTimeout = settings.gateway().confirmTimeout();
    this.beat = beats.scheduleWithFixedDelay(this::look, BEAT);
  }

  @Override
  public Health health() {
    return (open ? Health.up() : Health.outOfService()).build();
  }

  private void look() {
    if (open) {
      beat.cancel(false);
    } else if (monitor.isUp() && groups.isUp() && rehearsal.canBegin() && isConfirmedInTime()) {
      rehearsal.run();
      open = true;
      log.info("Kafka, Redis and the share groups are there; this gateway is ready for jobs");
    }
  }

  private boolean isConfirmedInTime() {
    long before = System.nanoTime();
    try {
      queue.warmUp().get(confirmTimeout.toMillis(), TimeUnit.MILLISECONDS);
      return System.nanoTime() - before < confirmTimeout.toNanos();
    } catch (ExecutionException | TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
