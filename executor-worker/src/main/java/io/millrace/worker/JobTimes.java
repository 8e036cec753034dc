package io.millrace.worker;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.millrace.store.Lease;
import java.time.Duration;
import java.util.stream.DoubleStream;

/**
 * Where the time of jobs goes, as histograms: waiting, running, and both with what recording took.
 * Thread-safe.
 */
final class JobTimes {

  /** From a warm sandbox's millisecond to a backlog's hours. */
  private static final Duration[] BUCKETS =
      DoubleStream.of(
              0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300,
              1800, 7200)
          .mapToObj(seconds -> Duration.ofNanos((long) (seconds * 1e9)))
          .toArray(Duration[]::new);

  private final Timer queue;
  private final Timer run;
  private final Timer total;

  JobTimes(MeterRegistry meters) {
    queue = timer("millrace.job.queue", meters);
    run = timer("millrace.job.run", meters);
    total = timer("millrace.job.total", meters);
  }

  /**
   * One job has ended.
   *
   * @param ran from its start to its end
   * @param recorded from its end until its reply was ready
   */
  void record(Lease lease, Duration ran, Duration recorded) {
    long waitedMicros = Math.max(0, lease.startedAt() - lease.job().acceptedAt());
    Duration waited = Duration.ofNanos(waitedMicros * 1000);
    queue.record(waited);
    run.record(ran);
    total.record(waited.plus(ran).plus(recorded));
  }

  private static Timer timer(String name, MeterRegistry meters) {
    return Timer.builder(name).serviceLevelObjectives(BUCKETS).register(meters);
  }
}
