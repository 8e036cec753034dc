package io.millrace.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.job.Job;
import io.millrace.queue.JobRecord;
import io.millrace.store.JobLeases.GiveBack;
import io.millrace.store.JobLeases.Lapsed;
import io.millrace.testing.Store;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.data.redis.listener.ChannelTopic;
import org.springframework.data.redis.listener.RedisMessageListenerContainer;

/** Leases of 15 s: what lapses here lapses by another sign. */
@Tag("services")
class DeadWorkerTest {

  private static final Duration SOON = Duration.ofSeconds(2);

  private final Store store = Store.fresh();
  private final RedisMessageListenerContainer subscription = new RedisMessageListenerContainer();

  @BeforeEach
  void subscribe() {
    subscription.setConnectionFactory(Objects.requireNonNull(store.redis.getConnectionFactory()));
    subscription.addMessageListener(
        (message, pattern) -> {}, new ChannelTopic(RedisKeys.kills("worker-1")));
    subscription.afterPropertiesSet();
    subscription.start();
    await().atMost(SOON).until(subscription::isListening);
  }

  @AfterEach
  void unsubscribe() throws Exception {
    subscription.destroy();
  }

  @Test
  void theJobsOfAWorkerWhoseSubscriptionIsGoneAreFreeWithinTwoSeconds() {
    Lease lease = store.running("owner");
    Lease others = store.granted(store.accepted("owner"), "worker-2");
    store.leases.beat(Store.card("worker-1", 1), List.of(lease));
    store.leases.beat(Store.card("worker-2", 1), List.of(others));
    subscription.stop();

    await().atMost(SOON).until(() -> !store.leases.lapsed(10).isEmpty());
    assertThat(store.leases.lapsed(10)).containsExactly(new Lapsed(lease.job().jobId(), 1));
    assertThat(store.gauge.read().workers()).as("the other one").isEqualTo(1);
  }

  @Test
  void aWorkerThatHasLostOnlyItsSubscriptionKeepsItsJobs() {
    Lease lease = store.running("owner");
    store.leases.beat(Store.card("worker-1", 1), List.of(lease));
    subscription.stop();

    nothingLapses(() -> store.leases.beat(Store.card("worker-1", 1), List.of(lease)));
  }

  @Test
  void aWorkerThatStandsStillWithItsSubscriptionKeepsItsLease() {
    Lease lease = store.running("owner");
    store.leases.beat(Store.card("worker-1", 1), List.of(lease));
    nothingLapses(() -> {});
  }

  @Test
  void aSignOfAnotherStartOfRedisSaysNothing() {
    Lease lease = store.running("owner");
    store.leases.beat(Store.card("worker-1", 1), List.of(lease));
    store.redis.opsForHash().put("{millrace}:worker:worker-1", "heard_by", "abc");
    subscription.stop();
    nothingLapses(() -> {});
  }

  @Test
  void aJobThatWasGivenBackGoesBeforeWhatWaitsAndIsTakenOnce() {
    Lease lease = store.running("owner");
    store.accepted("owner");
    store.leases.giveBack(lease.job().jobId(), 1, GiveBack.RELEASED);

    assertThat(store.leases.anyAhead()).isTrue();
    JobRecord ahead = store.leases.ahead().orElseThrow();
    assertThat(ahead).isEqualTo(new JobRecord(lease.job().jobId(), lease.record()));
    assertThat(store.leases.ahead()).isEmpty();
    assertThat(store.leases.anyAhead()).isFalse();
  }

  @Test
  void aJobThatEndsBeforeItIsTakenIsNotAheadAnyMore() {
    Lease cancelled = store.running("owner");
    Job job = cancelled.job();
    store.leases.giveBack(job.jobId(), 1, GiveBack.RELEASED);
    store.ends.cancel(job.jobId(), "owner", Store.cancelled(job));
    Lease again = store.running("owner");
    store.leases.giveBack(again.job().jobId(), 1, GiveBack.RELEASED);
    store.granted(again.job(), "worker-1");

    assertThat(store.leases.ahead()).isEmpty();
  }

  /** Longer than a dead worker's leases would last. */
  private void nothingLapses(Runnable meanwhile) {
    await()
        .pollInterval(Duration.ofMillis(200))
        .during(Duration.ofMillis(1500))
        .atMost(Duration.ofSeconds(4))
        .until(
            () -> {
              meanwhile.run();
              return store.leases.lapsed(10).isEmpty();
            });
  }
}
