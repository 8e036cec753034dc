package io.millrace.worker;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.millrace.sandbox.SandboxSettings;
import io.millrace.sandbox.TierProof;

/** What a worker says of itself: its slots, whether Redis hears it, and what its sandbox proved. */
final class WorkerMeters {

  WorkerMeters(SlotPool slots, LeaseKeeper keeper, WorkerSettings settings, MeterRegistry meters) {
    gauge("millrace.worker.slots", settings.slots(), meters);
    Gauge.builder("millrace.worker.slots.ready", slots, SlotPool::ready).register(meters);
    Gauge.builder("millrace.worker.redis.up", keeper, each -> each.isHeard() ? 1 : 0)
        .register(meters);
  }

  /** What was proved at the start. */
  static void tell(TierProof proof, SandboxSettings settings, MeterRegistry meters) {
    meters.gauge("millrace.sandbox.tier", Tags.of("tier", proof.tier()), 1);
    gauge("millrace.sandbox.strong", proof.isStrong() ? 1 : 0, meters);
    proof
        .limits()
        .forEach(
            (limit, by) ->
                meters.gauge("millrace.sandbox.limit", Tags.of("limit", limit, "by", by), 1));
    gauge("millrace.sandbox.memory.limit.bytes", settings.memory(), meters);
  }

  private static void gauge(String name, long value, MeterRegistry meters) {
    Gauge.builder(name, () -> value).register(meters);
  }
}
