package io.millrace.rescue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.job.Job;
import io.millrace.queue.Lane;
import io.millrace.store.Lease;
import io.millrace.testing.Store;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** All rescue at work, by itself, with a lease of one second. */
@Tag("services")
class RescueTest {

  private static final Duration LEASE = Duration.ofSeconds(1);

  private final Store store = Store.fresh(Store.settings(0, LEASE));
  private final Rescuers rescuers = new Rescuers(store, Duration.ofSeconds(2));
  private final Rescue rescue =
      new Rescue(
          store.repair,
          rescuers.rebuilder(),
          rescuers.reaper,
          rescuers.reconciler,
          rescuers.trimmer(Store.SETTINGS),
          new BatchRounds(store.batches, rescuers.log.batches, rescuers.log.queue),
          new Steadiness(LEASE, System::nanoTime));

  @BeforeEach
  void start() {
    rescue.start();
  }

  @AfterEach
  void stop() {
    rescue.stop();
    rescuers.close();
  }

  @Test
  void aJobWhoseWorkerVanishedIsBackWithinItsLeaseAndFiveSeconds() throws Exception {
    Job job = rescuers.submitted(Lane.FIRST);
    rescuers.claimAll("worker-1");
    await()
        .atMost(LEASE.plusSeconds(5))
        .until(
            () -> rescuers.log.progress.end(Lane.FIRST) > rescuers.log.progress.start(Lane.FIRST));
    assertThat(rescuers.runAll()).containsExactly(job.jobId());
  }

  @Test
  void anEmptiedRedisIsWholeAgainByItself() throws Exception {
    Job waiting = rescuers.submitted(Lane.FIRST);
    store.flush();
    await().atMost(20, TimeUnit.SECONDS).until(() -> store.gauge.read().whole());
    assertThat(store.queueLength()).isEqualTo(1);
    assertThat(rescuers.runAll()).containsExactly(waiting.jobId());
  }

  @Test
  void theQueueLengthBecomesTrueAgainAfterAGatewayDied() {
    store.accepted("owner");
    await().atMost(30, TimeUnit.SECONDS).until(() -> store.queueLength() == 0);
  }

  @Test
  void aRoundThatMetAnErrorIsMadeAgain() throws Exception {
    rescue.stop();
    AtomicBoolean once = new AtomicBoolean();
    Steadiness failing =
        new Steadiness(
            LEASE,
            () -> {
              if (once.compareAndSet(false, true)) {
                throw new OutOfMemoryError("as a heap that is full says");
              }
              return System.nanoTime();
            });
    Rescue again =
        new Rescue(
            store.repair,
            rescuers.rebuilder(),
            rescuers.reaper,
            rescuers.reconciler,
            rescuers.trimmer(Store.SETTINGS),
            new BatchRounds(store.batches, rescuers.log.batches, rescuers.log.queue),
            failing);
    rescuers.submitted(Lane.FIRST);
    Lease lost = rescuers.claimAll("worker-1").get(0);
    again.start();
    try {
      await()
          .atMost(20, TimeUnit.SECONDS)
          .until(() -> store.state(lost.job().jobId()).equals("queued"));
    } finally {
      again.stop();
    }
    assertThat(once).isTrue();
  }

  @Test
  void itStopsAndStartsAgain() throws Exception {
    rescue.stop();
    assertThat(rescue.isRunning()).isFalse();
    rescue.stop();
    rescuers.submitted(Lane.FIRST);
    List<Lease> lost = rescuers.claimAll("worker-1");
    rescue.start();
    rescue.start();
    assertThat(rescue.isRunning()).isTrue();
    await()
        .atMost(20, TimeUnit.SECONDS)
        .until(() -> store.state(lost.get(0).job().jobId()).equals("queued"));
  }
}
