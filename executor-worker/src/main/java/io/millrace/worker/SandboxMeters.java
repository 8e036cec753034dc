package io.millrace.worker;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.sandbox.SandboxEvents;

/** Counts what happens to the sandboxes of a worker. Thread-safe. */
final class SandboxMeters implements SandboxEvents {

  private final Counter started;
  private final Counter notStarted;
  private final Counter recycled;

  SandboxMeters(MeterRegistry meters) {
    started = meters.counter("millrace.sandbox.starts");
    notStarted = meters.counter("millrace.sandbox.start.failures");
    recycled = meters.counter("millrace.sandbox.recycled");
  }

  @Override
  public void started() {
    started.increment();
  }

  @Override
  public void notStarted() {
    notStarted.increment();
  }

  @Override
  public void recycled() {
    recycled.increment();
  }
}
