package io.millrace.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.job.ExecutionRequest;
import io.millrace.job.Job;
import io.millrace.queue.Lane;
import io.millrace.queue.QueueSettings;
import io.millrace.store.AdmissionGate.OwnerLimits;
import io.millrace.store.JobLeases.Ended;
import io.millrace.store.JobLeases.Granted;
import io.millrace.store.JobLeases.Leased;
import io.millrace.store.LaneRepair.Logged;
import io.millrace.testing.Store;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What it means that Redis has no hash of a job: it has ended, or was forgotten. */
@Tag("services")
class ForgottenJobsTest {

  private static final QueueSettings SETTINGS = Store.settings(0, Duration.ofSeconds(15));

  private final Store store = whole();

  private static Store whole() {
    Store store = Store.fresh(SETTINGS);
    compare(store);
    store.redis.delete("{millrace}:doubts");
    return store;
  }

  /** The lanes are compared with the log. */
  private static void compare(Store store) {
    assertThat(store.repair.begin("test", Duration.ofSeconds(30))).isTrue();
    assertThat(store.repair.end("test")).isTrue();
  }

  private void expire(Job job) {
    store.redis.delete(RedisKeys.job(job.jobId()));
  }

  /** Redis is another one: it has what the old one had, but for its last writes. */
  private void startAgain() {
    store.redis.opsForValue().set(RedisKeys.SERVER, "an earlier start");
  }

  private static Job acceptedAt(long micros) {
    return new Job(
        UUID.randomUUID(),
        "owner",
        new ExecutionRequest("print(1)", 30, null, "id-1"),
        micros,
        null,
        null);
  }

  @Test
  void aCancelledJobNeverRunsThoughItsResultHasExpiredWhenItsRecordComes() {
    Job job = store.accepted("owner");
    store.ends.cancel(job.jobId(), "owner", Store.cancelled(job));
    expire(job);
    assertThat(store.leases.claim(job, Store.at(1), "w")).isEqualTo(new Ended("expired"));
    assertThat(store.archive.find(job.jobId())).isEmpty();
  }

  @Test
  void anAbandonedJobNeverRunsThoughItsResultHasExpiredWhenItsRecordComes() {
    Job job = store.accepted("owner");
    assertThat(store.ends.leave(job.jobId(), "gateway-1", Store.cancelled(job))).isTrue();
    expire(job);
    assertThat(store.leases.claim(job, Store.at(1), "w")).isEqualTo(new Ended("expired"));
  }

  @Test
  void aLateCopyOfAnEndedJobNeverRunsNorEndsItAgain() {
    Lease lease = store.running("owner");
    store.finished(lease);
    expire(lease.job());
    assertThat(store.leases.claim(lease.job(), Store.at(9), "w")).isEqualTo(new Ended("expired"));
    assertThat(store.leases.finish(lease, Store.success(lease.job()), Duration.ofMillis(1)))
        .as("a worker that was away for longer than the result is kept")
        .isEmpty();
    assertThat(store.leases.beat(Store.card("w", 1), List.of(lease)).gone())
        .containsExactly(new JobLeases.Gone(lease.job().jobId(), true));
    assertThat(store.archive.find(lease.job().jobId())).isEmpty();
  }

  @Test
  void aRefusedJobWhoseHashWasEvictedDoesNotRun() {
    Job job = store.accepted("owner");
    assertThat(store.gate.refuse(job.jobId())).isTrue();
    expire(job);
    assertThat(store.leases.claim(job, Store.at(1), "w")).isEqualTo(new Ended("expired"));

    startAgain();
    assertThat(store.repair.isNeeded()).isTrue();
    Job doubtful = store.accepted("owner");
    assertThat(store.gate.refuse(doubtful.jobId())).isTrue();
    expire(doubtful);
    assertThat(store.leases.claim(doubtful, Store.at(2), "w")).isEqualTo(new Ended("expired"));
  }

  @Test
  void whatAnEmptiedRedisForgotRunsAndThenNeverAgain() {
    Job job = store.accepted("owner");
    store.flush();
    Lease early = store.granted(job, "w");
    compare(store);
    store.finished(early);
    expire(job);
    assertThat(store.leases.claim(job, Store.at(9), "w")).isEqualTo(new Ended("expired"));

    Job waiting = acceptedAt(job.acceptedAt() + 1);
    assertThat(store.leases.claim(waiting, Store.at(2), "w")).isInstanceOf(Granted.class);
  }

  @Test
  void aRestoredJobThatIsCancelledNeverRuns() {
    Job job = store.accepted("owner");
    store.flush();
    assertThat(store.repair.isNeeded()).isTrue();
    store.repair.restore(List.of(new Logged(job, Store.at(1))));
    compare(store);
    store.ends.cancel(job.jobId(), "owner", Store.cancelled(job));
    expire(job);
    assertThat(store.leases.claim(job, Store.at(1), "w")).isEqualTo(new Ended("expired"));
  }

  @Test
  void aRedisThatLostItsLastWritesForgotOnlyWhatCameAfterItsLastMemory() {
    store.redis.opsForValue().set("{millrace}:remembered", "" + (store.repair.now() - 10_000_000));
    Job expired = acceptedAt(store.repair.now() - 60_000_000);
    Job lost = acceptedAt(store.repair.now() - 1_000_000);
    startAgain();
    assertThat(store.leases.claim(expired, Store.at(1), "w")).isEqualTo(new Ended("expired"));
    assertThat(
            store.repair.restore(
                List.of(new Logged(expired, Store.at(1)), new Logged(lost, Store.at(2)))))
        .containsExactly(lost.jobId());
    compare(store);
    assertThat(store.leases.claim(lost, Store.at(2), "w")).isInstanceOf(Granted.class);
    assertThat(store.leases.claim(expired, Store.at(1), "w")).isEqualTo(new Ended("expired"));
  }

  @Test
  void aBacklogThatWasCancelledStaysCancelledOverAStartOfRedisAndItsResultsEnd() {
    Job job = store.accepted("owner");
    store.ends.cancel(job.jobId(), "owner", Store.cancelled(job));
    startAgain();
    assertThat(store.repair.isNeeded()).isTrue();
    assertThat(store.repair.restore(List.of(new Logged(job, Store.at(1))))).isEmpty();
    compare(store);
    expire(job);
    assertThat(store.leases.claim(job, Store.at(1), "w")).isEqualTo(new Ended("expired"));
  }

  @Test
  void aJobThatWaitsRunsThoughItsHashWasEvicted() {
    Job job = store.accepted("owner");
    expire(job);
    store.finished(store.granted(job, "w"));
    assertThat(store.state(job.jobId())).isEqualTo("succeeded");
    assertThat(store.queueLength()).isZero();
  }

  @Test
  void aJobThatRunsGoesOnThoughItsHashWasEvictedAndIsNotStartedTwice() {
    OwnerLimits one = new OwnerLimits(0, 1, 0);
    Lease lease = store.granted(store.accepted(Store.job("owner"), one), "w");
    expire(lease.job());
    assertThat(store.leases.claim(lease.job(), Store.at(5), "w2")).isEqualTo(new Leased());
    assertThat(store.leases.beat(Store.card("w", 1), List.of(lease)).gone()).isEmpty();
    assertThat(store.field(lease.job().jobId(), "attempt")).isEqualTo("1");
    expire(lease.job());
    store.finished(lease);
    assertThat(store.gauge.read().running()).isZero();
    Job next = store.accepted(Store.job("owner"), one);
    assertThat(store.leases.claim(next, Store.at(6), "w")).isInstanceOf(Granted.class);
  }

  @Test
  void aRunningCountForgetsAJobWhoseHashVanishedWithItsLease() {
    OwnerLimits one = new OwnerLimits(0, 1, 0);
    Lease lease = store.granted(store.accepted(Store.job("owner"), one), "w");
    expire(lease.job());
    store.redis.opsForZSet().add(RedisKeys.RUNNING, lease.job().jobId().toString(), 0);
    assertThat(store.leases.lapsed(10)).isEmpty();
    Job next = store.accepted(Store.job("owner"), one);
    assertThat(store.leases.claim(next, Store.at(6), "w")).isInstanceOf(Granted.class);
  }

  @Test
  void aLeaseEndsInTimeThoughTheClockWasSetBack() {
    Lease lease = store.running("owner");
    String job = lease.job().jobId().toString();
    double far = store.repair.now() + 3.6e9;
    store.redis.opsForZSet().add(RedisKeys.RUNNING, job, far);
    assertThat(store.leases.lapsed(10)).isEmpty();
    assertThat(store.redis.opsForZSet().score(RedisKeys.RUNNING, job))
        .isLessThanOrEqualTo(store.repair.now() + 15e6);
  }

  @Test
  void whatWaitsOrRunsOrIsOwedToAWebhookCannotBeEvictedByItsTimeToLive() {
    Job waiting = store.accepted("owner");
    Lease running = store.running("owner");
    Lease owed =
        store.granted(
            store.accepted(Store.job("owner", "https://a.example/", null), OwnerLimits.NONE), "w");
    store.finished(owed);
    for (Job each : List.of(waiting, running.job(), owed.job())) {
      assertThat(store.redis.getExpire(RedisKeys.job(each.jobId()))).isEqualTo(-1);
    }
    store.leases.published(owed.job().jobId());
    store.finished(running);
    assertThat(store.redis.getExpire(RedisKeys.job(owed.job().jobId()))).isPositive();
    assertThat(store.redis.getExpire(RedisKeys.job(running.job().jobId()))).isPositive();
    assertThat(store.repair.oldest(Lane.FIRST, 10)).hasSize(1);
  }
}
