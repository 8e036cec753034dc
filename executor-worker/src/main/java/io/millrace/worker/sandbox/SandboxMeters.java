package io.millrace.worker.sandbox;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** Counts what happens to the sandboxes of a worker. Thread-safe. */
public final class SandboxMeters {

  private final Counter started;
  private final Counter notStarted;
  private final Counter recycled;

  public SandboxMeters(MeterRegistry meters) {
    started = meters.counter("millrace.sandbox.starts");
    notStarted = meters.counter("millrace.sandbox.start.failures");
    recycled = meters.counter("millrace.sandbox.recycled");
  }

  /** A slot's helper is up. */
  void started() {
    started.increment();
  }

  /** A slot's helper did not come up. */
  void notStarted() {
    notStarted.increment();
  }

  /** A slot's template process made way for a new one. */
  void recycled() {
    recycled.increment();
  }
}
