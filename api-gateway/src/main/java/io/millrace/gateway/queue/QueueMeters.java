package io.millrace.gateway.queue;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.millrace.queue.QueueSettings;
import io.millrace.store.QueueGauge.Reading;
import java.util.function.ToDoubleFunction;
import org.springframework.stereotype.Component;

/** The queue as the monitor saw it last: the same numbers from every gateway of a queue. */
@Component
final class QueueMeters {

  QueueMeters(QueueMonitor monitor, QueueSettings settings, MeterRegistry meters) {
    Gauge.builder("millrace.queue.max.length", settings, QueueSettings::maxLength).register(meters);
    gauge("millrace.queue.length", monitor, Reading::queueLength, meters);
    waiting("first", monitor, Reading::firstWaiting, meters);
    waiting("bulk", monitor, Reading::bulkWaiting, meters);
    waiting("held", monitor, Reading::heldWaiting, meters);
    waiting("preparing", monitor, Reading::preparing, meters);
    gauge("millrace.queue.running", monitor, Reading::running, meters);
    gauge("millrace.queue.workers", monitor, Reading::workers, meters);
    gauge("millrace.queue.slots", monitor, Reading::slots, meters);
    gauge("millrace.queue.drain.rate", monitor, Reading::drainRate, meters);
    gauge("millrace.queue.oldest.seconds", monitor, QueueMeters::oldestSeconds, meters);
    memory(monitor, meters);
    gauge("millrace.queue.whole", monitor, reading -> reading.whole() ? 1 : 0, meters);
  }

  private static void memory(QueueMonitor monitor, MeterRegistry meters) {
    Gauge.builder("millrace.redis.memory.used.bytes", () -> monitor.memory().used())
        .register(meters);
    Gauge.builder("millrace.redis.memory.max.bytes", () -> monitor.memory().most())
        .description("0 is no bound")
        .register(meters);
    Gauge.builder("millrace.redis.memory.admits", () -> monitor.memory().admits() ? 1 : 0)
        .description("0: so full that no new job is let in")
        .register(meters);
  }

  private static void waiting(
      String lane, QueueMonitor monitor, ToDoubleFunction<Reading> value, MeterRegistry meters) {
    meters.gauge(
        "millrace.queue.waiting",
        Tags.of("lane", lane),
        monitor,
        each -> value.applyAsDouble(each.reading()));
  }

  private static void gauge(
      String name, QueueMonitor monitor, ToDoubleFunction<Reading> value, MeterRegistry meters) {
    meters.gauge(name, monitor, each -> value.applyAsDouble(each.reading()));
  }

  private static double oldestSeconds(Reading reading) {
    return reading.oldestWait().toNanos() / 1e9;
  }
}
