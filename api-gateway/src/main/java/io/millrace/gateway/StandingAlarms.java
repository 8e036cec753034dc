package io.millrace.gateway;

import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import reactor.core.Scannable;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Lets the threads that Reactor's timeouts are set in sleep. Each request sets three timeouts, and
 * takes them back. Where no earlier one is set, each wakes its thread to tell it how long it may
 * sleep on. So each of these threads has an alarm twice a second that does nothing.
 */
final class StandingAlarms {

  /** Less than what any of a request's timeouts is by default. */
  private static final long MILLIS = 500;

  private StandingAlarms() {}

  /** In all threads of {@link Schedulers#parallel()}, if it comes before the first timeout. */
  static void set() {
    Schedulers.addExecutorServiceDecorator(
        StandingAlarms.class.getName(), StandingAlarms::withAlarm);
  }

  static ScheduledExecutorService withAlarm(
      Scheduler scheduler, ScheduledExecutorService executor) {
    if (Scannable.from(scheduler).name().startsWith("parallel")) {
      var unused = executor.scheduleWithFixedDelay(() -> {}, MILLIS, MILLIS, TimeUnit.MILLISECONDS);
    }
    return executor;
  }
}
