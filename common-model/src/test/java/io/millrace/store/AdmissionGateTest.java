package io.millrace.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.job.ExecutionRequest;
import io.millrace.job.Job;
import io.millrace.job.Outcome;
import io.millrace.job.Output;
import io.millrace.job.Reply;
import io.millrace.queue.Lane;
import io.millrace.store.Admission.Admitted;
import io.millrace.store.Admission.Refusal;
import io.millrace.store.Admission.Refused;
import io.millrace.store.Admission.Repeated;
import io.millrace.store.AdmissionGate.OwnerLimits;
import io.millrace.store.JobEnds.Cancellation;
import io.millrace.testing.Store;
import io.millrace.testing.Store.Idempotency;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("services")
class AdmissionGateTest {

  private static final Duration LEASE = Duration.ofSeconds(15);

  @Test
  void anOwnerWhoseRepliesFillItsBudgetWaitsUntilTheyExpire() {
    Store store = Store.fresh();
    OwnerLimits budget = new OwnerLimits(0, 0, 0, 1000, 0);
    Job small = store.accepted(Store.job("owner"), budget);
    store.finished(store.granted(small, "w"));
    assertThat(store.admit(Store.job("owner"), budget, null)).isInstanceOf(Admitted.class);
    Job large = store.accepted(Store.job("owner"), budget);
    Reply reply =
        Store.reply(large, new Outcome.Succeeded(new Output("x".repeat(900), "", false), "null"));
    store.leases.finish(store.granted(large, "w"), reply, "topic:1", Duration.ZERO);

    Admission admission = store.admit(Store.job("owner"), budget, null);
    assertThat(why(admission)).isEqualTo(Refusal.KEY_STORED);
    assertThat(((Refused) admission).retryAfter())
        .isBetween(Duration.ofMinutes(59), Duration.ofMinutes(64));
    assertThat(store.admit(Store.job("other"), budget, null)).isInstanceOf(Admitted.class);
    assertThat(store.admit(Store.job("owner"), OwnerLimits.NONE, null))
        .as("a limit that was taken away")
        .isInstanceOf(Admitted.class);
  }

  @Test
  void whatHasExpiredDoesNotCountAgainstABudget() {
    Store store = Store.fresh();
    OwnerLimits budget = new OwnerLimits(0, 0, 0, 1000, 0);
    store.redis.opsForHash().put("{millrace}:owner:owner:stored", "1700000000", "5000");
    assertThat(store.admit(Store.job("owner"), budget, null)).isInstanceOf(Admitted.class);
    assertThat(store.redis.hasKey("{millrace}:owner:owner:stored")).isFalse();
  }

  @Test
  void anOwnerThatSentManyBytesWaitsForThemAndNobodyElseDoes() {
    Store store = Store.fresh();
    OwnerLimits slow = new OwnerLimits(0, 0, 0, 0, 1000);
    Job large =
        new Job(
            UUID.randomUUID(),
            "owner",
            new ExecutionRequest("#".repeat(10_000), 30, null, null),
            0,
            null,
            null);
    assertThat(store.admit(large, slow, null))
        .as("a large one may go")
        .isInstanceOf(Admitted.class);
    Admission admission = store.admit(Store.job("owner"), slow, null);
    assertThat(why(admission)).isEqualTo(Refusal.KEY_BYTES);
    assertThat(((Refused) admission).retryAfter())
        .isBetween(Duration.ofSeconds(7), Duration.ofSeconds(9));
    assertThat(store.admit(Store.job("other"), slow, null)).isInstanceOf(Admitted.class);
  }

  @Test
  void aFullStoreTakesNoJobButTellsARepeatWhatItKnows() {
    Store store = Store.fresh();
    Idempotency key = new Idempotency("key", "digest");
    Job first = Store.job("owner");
    store.admit(first, OwnerLimits.NONE, key);
    Job repeat = key.of(Store.job("owner"));
    assertThat(store.gate.admit(repeat, OwnerLimits.NONE, Refusal.STORE_FULL))
        .isEqualTo(new Repeated(first.jobId(), false));
    Job other = Store.job("owner");
    for (Refusal shut : List.of(Refusal.STORE_FULL, Refusal.DEADLINE)) {
      assertThat(why(store.gate.admit(other, OwnerLimits.NONE, shut))).isEqualTo(shut);
    }
    assertThat(store.gate.admit(other, OwnerLimits.NONE, null)).isInstanceOf(Admitted.class);
  }

  private static @Nullable Refusal why(Admission admission) {
    return admission instanceof Refused refused ? refused.why() : null;
  }

  @Test
  void manyGatewaysNeverAdmitOneTooMany() throws Exception {
    Store store = Store.fresh(Store.settings(100, LEASE));
    List<Admission> admissions = together(16, 400, () -> store.admit(Store.job("owner")));

    assertThat(admissions.stream().filter(Admitted.class::isInstance)).hasSize(100);
    assertThat(admissions.stream().filter(each -> why(each) == Refusal.QUEUE_FULL)).hasSize(300);
    assertThat(store.queueLength()).isEqualTo(100);
    assertThat(
            admissions.stream()
                .filter(Admitted.class::isInstance)
                .map(each -> ((Admitted) each).queueLength())
                .collect(Collectors.toSet()))
        .containsExactlyInAnyOrderElementsOf(
            IntStream.rangeClosed(1, 100).mapToObj(Long::valueOf).toList());
  }

  @Test
  void theLimitHoldsWhileJobsComeAndGo() throws Exception {
    Store store = Store.fresh(Store.settings(5, LEASE));
    List<Long> lengths =
        together(
            8,
            400,
            () -> {
              Job job = Store.job("owner");
              if (store.admit(job) instanceof Admitted admitted) {
                store.ends.cancel(job.jobId(), "owner", Store.cancelled(job));
                return admitted.queueLength();
              }
              return 0L;
            });
    assertThat(lengths).allMatch(length -> length <= 5).anyMatch(length -> length > 1);
    assertThat(store.queueLength()).isZero();
  }

  @Test
  void aRefusedJobLeavesNothingBehind() {
    Store store = Store.fresh(Store.settings(3, LEASE));
    OwnerLimits limits = new OwnerLimits(2, 0, 1);
    Idempotency key = new Idempotency("key", "digest");
    store.admit(Store.job("owner"), limits, null);
    assertRefusedWithoutATrace(store, limits, key, Refusal.KEY_RATE);
    store.accepted("owner");
    assertRefusedWithoutATrace(store, limits, key, Refusal.KEY_FULL);
    store.accepted("owner");
    assertRefusedWithoutATrace(store, limits, key, Refusal.QUEUE_FULL);
  }

  private static void assertRefusedWithoutATrace(
      Store store, OwnerLimits limits, Idempotency key, Refusal why) {
    Set<String> before = store.redis.keys("*");
    assertThat(why(store.admit(Store.job("owner"), limits, key))).isEqualTo(why);
    assertThat(store.redis.keys("*")).isEqualTo(before);
  }

  @Test
  void heldJobsCountAsWaiting() {
    Store store = Store.fresh(Store.settings(1, LEASE));
    OwnerLimits one = new OwnerLimits(0, 1, 0);
    store.granted(store.accepted(Store.job("owner"), one), "w");
    store.leases.claim(store.accepted(Store.job("owner"), one), Store.at(2), "w");
    assertThat(store.admit(Store.job("other")))
        .isEqualTo(new Refused(Refusal.QUEUE_FULL, 1, Duration.ZERO));
  }

  @Test
  void zeroIsNoLimit() {
    Store store = Store.fresh();
    for (int i = 0; i < 300; i++) {
      assertThat(store.admit(Store.job("owner"))).isInstanceOf(Admitted.class);
    }
  }

  @Test
  void anOwnerHasNoMoreWaitingThanItMay() throws Exception {
    Store store = Store.fresh();
    OwnerLimits limits = new OwnerLimits(10, 0, 0);
    List<Admission> admissions =
        together(8, 60, () -> store.admit(Store.job("owner"), limits, null));

    assertThat(admissions.stream().filter(Admitted.class::isInstance)).hasSize(10);
    assertThat(admissions).contains(new Refused(Refusal.KEY_FULL, 10, Duration.ZERO));
    assertThat(store.admit(Store.job("other"), limits, null)).isInstanceOf(Admitted.class);
  }

  @Test
  void anOwnerMayBeOneSecondAheadOfItsRate() {
    Store store = Store.fresh();
    OwnerLimits limits = new OwnerLimits(0, 0, 3);
    for (int i = 0; i < 3; i++) {
      assertThat(store.admit(Store.job("owner"), limits, null)).isInstanceOf(Admitted.class);
    }
    Refused tooFast = (Refused) store.admit(Store.job("owner"), limits, null);
    assertThat(tooFast.retryAfter()).isPositive().isLessThanOrEqualTo(Duration.ofMillis(334));
    assertThat(store.admit(Store.job("other"), limits, null)).isInstanceOf(Admitted.class);
  }

  @Test
  void overManySecondsAnOwnerGetsItsRateAndNotMore() {
    Store store = Store.fresh();
    OwnerLimits limits = new OwnerLimits(0, 0, 50);
    long started = store.repair.now();
    int admitted = 0;
    while (store.repair.now() - started < 2_000_000) {
      if (store.admit(Store.job("owner"), limits, null) instanceof Admitted) {
        admitted++;
      }
    }
    double seconds = (store.repair.now() - started) / 1e6;
    assertThat(admitted).isBetween((int) (50 * seconds * 0.9), (int) (50 * (seconds + 1)) + 1);
  }

  @Test
  void aRefusalByRateSaysWhenTheNextIsDue() throws Exception {
    Store store = Store.fresh();
    OwnerLimits limits = new OwnerLimits(0, 0, 5);
    Admission last = store.admit(Store.job("owner"), limits, null);
    for (int i = 0; i < 100 && last instanceof Admitted; i++) {
      last = store.admit(Store.job("owner"), limits, null);
    }
    Refused no = (Refused) last;
    long due = store.repair.now() + no.retryAfter().toNanos() / 1000;
    while (store.repair.now() < due) {
      Thread.onSpinWait();
    }
    assertThat(store.admit(Store.job("owner"), limits, null)).isInstanceOf(Admitted.class);
  }

  @Test
  void overItsFairShareAnOwnersJobsGoToTheSecondLane() {
    Store store = Store.fresh();
    store.leases.beat(Store.card("worker-1", 3), List.of());
    for (int i = 0; i < 3; i++) {
      assertThat(lane(store.admit(Store.job("greedy")))).isEqualTo(Lane.FIRST);
    }
    assertThat(lane(store.admit(Store.job("greedy")))).isEqualTo(Lane.BULK);
    assertThat(lane(store.admit(Store.job("modest")))).isEqualTo(Lane.FIRST);
  }

  @Test
  void withoutAnyWorkerAnOwnersFirstJobStillGoesToTheFirstLane() {
    Store store = Store.fresh();
    assertThat(lane(store.admit(Store.job("owner")))).isEqualTo(Lane.FIRST);
    assertThat(lane(store.admit(Store.job("owner")))).isEqualTo(Lane.BULK);
  }

  @Test
  void aRepeatGetsTheFirstJobInFlightAndAfterItsEnd() {
    Store store = Store.fresh();
    Idempotency key = new Idempotency("key", "digest");
    Job first = Store.job("owner");
    store.admit(first, OwnerLimits.NONE, key);

    assertThat(store.admit(Store.job("owner"), OwnerLimits.NONE, key))
        .isEqualTo(new Repeated(first.jobId(), false));
    assertThat(store.admit(Store.job("owner"), OwnerLimits.NONE, new Idempotency("key", "other")))
        .isEqualTo(new Refused(Refusal.OTHER_BODY));
    Lease lease = store.granted(first, "worker-1");
    assertThat(store.admit(Store.job("owner"), OwnerLimits.NONE, key))
        .isEqualTo(new Repeated(first.jobId(), false));
    store.finished(lease);
    assertThat(store.admit(Store.job("owner"), OwnerLimits.NONE, key))
        .isEqualTo(new Repeated(first.jobId(), true));
    assertThat(store.queueLength()).isZero();
  }

  @Test
  void manyRepeatsAtOnceAdmitOneJob() throws Exception {
    Store store = Store.fresh();
    Idempotency key = new Idempotency("key", "digest");
    List<Admission> admissions =
        together(8, 64, () -> store.admit(Store.job("owner"), OwnerLimits.NONE, key));
    assertThat(admissions.stream().filter(Admitted.class::isInstance)).hasSize(1);
    assertThat(admissions.stream().filter(Repeated.class::isInstance)).hasSize(63);
  }

  @Test
  void theFirstJobsReplyLivesAsLongAsItsIdempotencyKey() {
    Store store = Store.fresh();
    Job job = Store.job("owner");
    store.admit(job, OwnerLimits.NONE, new Idempotency("key", "digest"));
    store.finished(store.granted(job, "worker-1"));
    assertThat(store.redis.getExpire(RedisKeys.job(job.jobId())))
        .isGreaterThan(Duration.ofHours(23).toSeconds());
  }

  @Test
  void aRefusedJobsIdempotencyKeyIsFreeAgain() {
    Store store = Store.fresh();
    Idempotency key = new Idempotency("key", "digest");
    Job first = Store.job("owner");
    store.admit(first, OwnerLimits.NONE, key);
    assertThat(store.gate.refuse(first.jobId())).isTrue();
    assertThat(store.admit(Store.job("owner"), OwnerLimits.NONE, key)).isInstanceOf(Admitted.class);
  }

  @Test
  void noOwnerReachesAnothersJobsByACraftedIdempotencyKey() {
    Store store = Store.fresh();
    store.admit(Store.job("team:a"), OwnerLimits.NONE, new Idempotency("key", "digest"));
    assertThat(store.admit(Store.job("team"), OwnerLimits.NONE, new Idempotency("a:key", "digest")))
        .isInstanceOf(Admitted.class);
  }

  @Test
  void anOwnersNameMayLookLikeAnothersKey() {
    Store store = Store.fresh();
    store.accepted("team");
    assertThat(store.admit(Store.job("team:waiting"))).isInstanceOf(Admitted.class);
    assertThat(store.admit(Store.job("team"))).isInstanceOf(Admitted.class);
  }

  @Test
  void theGateIsShutWhileTheLanesAreRebuilt() {
    Store store = Store.fresh();
    store.flush();
    assertThat(store.admit(Store.job("owner"))).isEqualTo(new Refused(Refusal.REBUILDING));
    assertThat(store.redis.keys("*")).isEmpty();
  }

  @Test
  void aRefusedJobNeverRuns() {
    Store store = Store.fresh();
    Job job = store.accepted("owner");
    assertThat(store.gate.refuse(job.jobId())).isTrue();
    assertThat(store.leases.claim(job, Store.at(1), "worker-1"))
        .isEqualTo(new JobLeases.Ended("refused"));
    assertThat(store.queueLength()).isZero();
    assertThat(store.archive.find(job.jobId())).isEmpty();
    assertThat(store.archive.recent("owner", 10)).isEmpty();
  }

  @Test
  void aJobThatAWorkerHasIsNotRefused() {
    Store store = Store.fresh();
    Lease lease = store.running("owner");
    assertThat(store.gate.refuse(lease.job().jobId())).isFalse();
    assertThat(store.state(lease.job().jobId())).isEqualTo("running");
  }

  @Test
  void aRefusalIsRememberedEvenWhenRedisWasEmptiedMeanwhile() {
    Store store = Store.fresh();
    Job job = store.accepted("owner");
    store.flush();
    assertThat(store.gate.refuse(job.jobId())).isTrue();
    assertThat(store.leases.claim(job, Store.at(1), "worker-1"))
        .isEqualTo(new JobLeases.Ended("refused"));
  }

  @Test
  void nobodyCancelsAnothersJob() {
    Store store = Store.fresh();
    Job job = store.accepted("owner");
    assertThat(store.ends.cancel(job.jobId(), "thief", Store.cancelled(job)))
        .isEqualTo(Cancellation.UNKNOWN);
    assertThat(store.ends.cancel(UUID.randomUUID(), "owner", Store.cancelled(job)))
        .isEqualTo(Cancellation.UNKNOWN);
    assertThat(store.state(job.jobId())).isEqualTo("queued");
  }

  @Test
  void aCancelledJobNeverRunsAndItsCallerIsTold() {
    Store store = Store.fresh();
    Job job = store.accepted("owner");
    assertThat(store.ends.cancel(job.jobId(), "owner", Store.cancelled(job)))
        .isEqualTo(Cancellation.DONE);
    assertThat(store.ends.cancel(job.jobId(), "owner", Store.cancelled(job)))
        .isEqualTo(Cancellation.ALREADY_ENDED);
    assertThat(store.leases.claim(job, Store.at(1), "worker-1"))
        .isEqualTo(new JobLeases.Ended("cancelled"));
    assertThat(store.archive.find(job.jobId()).orElseThrow().replyText()).contains("\"cancelled\"");
  }

  @Test
  void aCallerThatLeavesTakesItsWaitingJobAlong() {
    Store store = Store.fresh();
    Job job = store.accepted("owner");
    assertThat(store.ends.leave(job.jobId(), "gateway-1", Store.cancelled(job))).isTrue();
    assertThat(store.ends.leave(job.jobId(), "gateway-1", Store.cancelled(job))).isFalse();
    assertThat(store.state(job.jobId())).isEqualTo("cancelled");
    assertThat(store.queueLength()).isZero();
  }

  @Test
  void aRunningJobOutlivesItsCaller() {
    Store store = Store.fresh();
    Lease lease = store.running("owner");
    assertThat(store.ends.leave(lease.job().jobId(), "gateway-1", Store.cancelled(lease.job())))
        .isFalse();
    assertThat(store.state(lease.job().jobId())).isEqualTo("running");
  }

  @Test
  void aJobThatAnotherGatewayWaitsForOutlivesItsCaller() {
    Store store = Store.fresh();
    Job job = store.accepted("owner");
    store.archive.watch(job.jobId(), "gateway-2");
    store.ends.leave(job.jobId(), "gateway-1", Store.cancelled(job));
    assertThat(store.state(job.jobId())).isEqualTo("queued");
    store.ends.leave(job.jobId(), "gateway-2", Store.cancelled(job));
    assertThat(store.state(job.jobId())).isEqualTo("cancelled");
  }

  @Test
  void aDetachedJobOutlivesItsCaller() {
    Store store = Store.fresh();
    Job job = store.accepted("owner");
    store.archive.detach(job.jobId());
    store.ends.leave(job.jobId(), "gateway-1", Store.cancelled(job));
    assertThat(store.state(job.jobId())).isEqualTo("queued");
  }

  @Test
  void aJobWithAWebhookOutlivesItsCaller() {
    Store store = Store.fresh();
    Job job = store.accepted(Store.job("owner", "https://a.example/", "g"), OwnerLimits.NONE);
    store.ends.leave(job.jobId(), "g", Store.cancelled(job));
    assertThat(store.state(job.jobId())).isEqualTo("queued");
  }

  @Test
  void anAbsentIdAndAnEmptyOneAreToldApart() {
    Store store = Store.fresh();
    for (String id : new String[] {null, "", "=", "\u00e9\ud83d\ude00"}) {
      Job job =
          new Job(UUID.randomUUID(), "owner", new ExecutionRequest("", 1, null, id), 0, null, null);
      store.admit(job);
      assertThat(store.archive.find(job.jobId()).orElseThrow().id()).isEqualTo(id);
    }
  }

  private static Lane lane(Admission admission) {
    return ((Admitted) admission).lane();
  }

  private static <T> List<T> together(int threads, int times, Callable<T> each) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Future<T>> all = pool.invokeAll(IntStream.range(0, times).mapToObj(i -> each).toList());
      return all.stream().map(AdmissionGateTest::get).toList();
    } finally {
      pool.shutdownNow();
    }
  }

  private static <T> T get(Future<T> future) {
    try {
      return future.get();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
