package io.millrace.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

class StandingAlarmsTest {

  private final ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1);

  @AfterEach
  void stop() {
    executor.shutdownNow();
  }

  @Test
  void aTimeoutIsNotTheFirstThatItsThreadWaitsFor() {
    Scheduler parallel = Schedulers.newParallel("of-a-test", 1);
    assertThat(StandingAlarms.withAlarm(parallel, executor)).isSameAs(executor);

    ScheduledFuture<?> timeout = executor.schedule(() -> {}, 1, TimeUnit.SECONDS);

    assertThat(executor.getQueue()).hasSize(2);
    assertThat(executor.getQueue().peek()).isNotSameAs(timeout);
    parallel.dispose();
  }

  @Test
  void threadsThatRunOtherThingsHaveNone() {
    Scheduler elastic = Schedulers.newBoundedElastic(1, 1, "of-a-test");
    StandingAlarms.withAlarm(elastic, executor);

    assertThat(executor.getQueue()).isEmpty();
    elastic.dispose();
  }
}
