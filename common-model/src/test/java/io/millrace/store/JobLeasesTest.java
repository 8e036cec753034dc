package io.millrace.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.job.Job;
import io.millrace.job.Outcome;
import io.millrace.job.Reply;
import io.millrace.store.AdmissionGate.OwnerLimits;
import io.millrace.store.JobEnds.Cancellation;
import io.millrace.store.JobLeases.Ended;
import io.millrace.store.JobLeases.Exhausted;
import io.millrace.store.JobLeases.GiveBack;
import io.millrace.store.JobLeases.Gone;
import io.millrace.store.JobLeases.Granted;
import io.millrace.store.JobLeases.Lapsed;
import io.millrace.store.JobLeases.Leased;
import io.millrace.store.JobLeases.NotOurs;
import io.millrace.store.JobLeases.Recorded;
import io.millrace.store.JobLeases.Requeued;
import io.millrace.testing.Store;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("services")
class JobLeasesTest {

  private static final Duration SHORT_LEASE = Duration.ofSeconds(1);

  private final Store store = Store.fresh(Store.settings(0, SHORT_LEASE));

  @Test
  void oneOfManyWorkersGetsTheLease() {
    Job job = store.accepted("owner");
    List<JobLeases.Claim> claims =
        together(8, i -> () -> store.leases.claim(job, Store.at(i), "w" + i));
    assertThat(claims.stream().filter(Granted.class::isInstance)).hasSize(1);
    assertThat(claims.stream().filter(Leased.class::isInstance)).hasSize(7);
    assertThat(store.queueLength()).isZero();
  }

  @Test
  void aLeaseKnowsItsAttemptStartAndRecord() {
    Job job = store.accepted("owner");
    Lease lease = store.granted(job, "worker-1");
    assertThat(lease.attempt()).isEqualTo(1);
    assertThat(lease.startedAt()).isBetween(job.acceptedAt(), store.repair.now());
    assertThat(store.field(job.jobId(), "record")).isEqualTo(Store.at(1).toString());
    JobStatus status = store.archive.find(job.jobId()).orElseThrow();
    assertThat(status.startedAt()).isEqualTo(lease.startedAt());
    assertThat(status.acceptedAt()).isEqualTo(job.acceptedAt());
  }

  @Test
  void aJobThatAnEmptiedRedisForgotIsClaimedByItsRecord() {
    Job job = store.accepted(Store.job("owner", "https://a.example/", "g"), OwnerLimits.NONE);
    store.flush();
    Lease lease = store.granted(job, "worker-1");
    store.finished(lease);
    JobStatus status = store.archive.find(job.jobId()).orElseThrow();
    assertThat(status.acceptedAt()).isEqualTo(job.acceptedAt());
    assertThat(status.webhookUrl()).isEqualTo("https://a.example/");
    assertThat(status.id()).isEqualTo("id-1");
  }

  @Test
  void aRecordOfAnEndedJobIsDoneWith() {
    Lease lease = store.running("owner");
    store.finished(lease);
    assertThat(store.leases.claim(lease.job(), Store.at(9), "worker-2"))
        .isEqualTo(new Ended("succeeded"));
  }

  @Test
  void aLateResultOfALowerAttemptIsRefused() {
    Lease first = store.running("owner");
    store.leases.giveBack(first.job().jobId(), 1, GiveBack.RELEASED);
    Lease second = store.granted(first.job(), "worker-2");

    assertThat(finish(first)).isEmpty();
    assertThat(store.state(first.job().jobId())).isEqualTo("running");
    assertThat(finish(second)).isPresent();
    assertThat(finish(first)).isEmpty();
  }

  @Test
  void aResultSaidTwiceIsRecordedOnce() {
    Lease lease = store.running("owner");
    Recorded recorded = store.finished(lease);
    Recorded repeated =
        store.leases.finish(lease, Store.success(lease.job()), Duration.ofSeconds(1)).orElseThrow();
    assertThat(repeated.body()).isEqualTo(recorded.body());
    assertThat(store.state(lease.job().jobId())).isEqualTo("succeeded");
  }

  @Test
  void aResultIsRecordedThoughRedisWasEmptiedMeanwhile() {
    Job job = store.accepted(Store.job("owner", "https://a.example/", "g"), OwnerLimits.NONE);
    Lease lease = store.granted(job, "worker-1");
    store.flush();
    Recorded recorded = store.finished(lease);
    JobStatus status = store.archive.find(job.jobId()).orElseThrow();
    assertThat(status.replyText()).isEqualTo(recorded.body());
    assertThat(status.attempt()).isEqualTo(1);
    assertThat(status.owner()).isEqualTo("owner");
    assertThat(store.leases.unpublished(Duration.ZERO, 10)).containsExactly(job.jobId());
    assertThat(store.leases.claim(job, Store.at(3), "worker-2")).isEqualTo(new Ended("succeeded"));
  }

  @Test
  void aResultOfAJobThatWaitsAgainInARebuiltRedisIsRecorded() {
    Lease lease = store.running("owner");
    store.flush();
    store.repair.restore(List.of(new LaneRepair.Logged(lease.job(), Store.at(1))));
    assertThat(finish(lease)).isPresent();
    assertThat(store.queueLength()).isZero();
    JobStatus status = store.archive.find(lease.job().jobId()).orElseThrow();
    assertThat(status.attempt()).isEqualTo(1);
    assertThat(status.startedAt()).isNotNull();
  }

  @RepeatedTest(20)
  void cancelOrCompletionWinsAndTheOtherLosesCleanly() {
    Lease lease = store.running("owner");
    Job job = lease.job();
    CompletableFuture<Cancellation> cancellation = new CompletableFuture<>();
    List<Boolean> won =
        together(
            2,
            i ->
                i == 0
                    ? () -> finish(lease).isPresent()
                    : () -> {
                      cancellation.complete(
                          store.ends.cancel(job.jobId(), "owner", Store.cancelled(job)));
                      return cancellation.join() == Cancellation.DONE;
                    });
    assertThat(won).containsExactlyInAnyOrder(true, false);
    assertThat(store.state(job.jobId())).isEqualTo(won.get(0) ? "succeeded" : "cancelled");
    assertThat(store.gauge.read().running()).isZero();
  }

  @Test
  void aReleasedJobWaitsAgainWithItsRecordAndNoStart() {
    Lease lease = store.running("owner");
    UUID jobId = lease.job().jobId();
    for (int i = 0; i < 5; i++) {
      assertThat(store.leases.giveBack(jobId, lease.attempt(), GiveBack.RELEASED))
          .isEqualTo(new Requeued(Optional.of(Store.at(1)), Optional.empty()));
      assertThat(store.queueLength()).isEqualTo(1);
      assertThat(store.archive.find(jobId).orElseThrow().startedAt()).isNull();
      lease = store.granted(lease.job(), "worker-1");
    }
    assertThat(store.state(jobId)).isEqualTo("running");
  }

  @Test
  void nobodyGivesBackWhatIsNotItsOwn() {
    Lease lease = store.running("owner");
    UUID jobId = lease.job().jobId();
    assertThat(store.leases.giveBack(jobId, 2, GiveBack.RELEASED)).isEqualTo(new NotOurs());
    assertThat(store.leases.giveBack(UUID.randomUUID(), 1, GiveBack.RELEASED))
        .isEqualTo(new NotOurs());
    assertThat(store.leases.giveBack(jobId, 1, GiveBack.WORKER_LOST))
        .as("its lease has not lapsed")
        .isEqualTo(new NotOurs());
    store.finished(lease);
    assertThat(store.leases.giveBack(jobId, 1, GiveBack.RELEASED)).isEqualTo(new NotOurs());
  }

  @Test
  void theThirdFaultOfOursExhaustsAJob() {
    Lease lease = store.running("owner");
    UUID jobId = lease.job().jobId();
    for (int i = 0; i < 2; i++) {
      assertThat(store.leases.giveBack(jobId, lease.attempt(), GiveBack.SANDBOX_FAILED))
          .isInstanceOf(Requeued.class);
      lease = store.granted(lease.job(), "worker-1");
    }
    assertThat(store.leases.giveBack(jobId, lease.attempt(), GiveBack.SANDBOX_FAILED))
        .isEqualTo(new Exhausted());
    Reply sorry = Store.reply(lease.job(), new Outcome.GivenUp("internal", "sorry"));
    assertThat(store.leases.exhaust(jobId, lease.attempt() - 1, sorry)).isFalse();
    assertThat(store.leases.exhaust(jobId, lease.attempt(), sorry)).isTrue();
    assertThat(store.leases.exhaust(jobId, lease.attempt(), sorry)).isFalse();
    assertThat(store.state(jobId)).isEqualTo("failed");
    assertThat(store.redis.getExpire(RedisKeys.job(jobId)))
        .isGreaterThan(Duration.ofDays(6).toSeconds());
  }

  @Test
  void aLeaseLapsesUnlessItsWorkerBeats() {
    Lease dead = store.running("owner");
    Lease alive = store.granted(store.accepted("owner"), "worker-2");
    await()
        .atMost(5, TimeUnit.SECONDS)
        .until(
            () -> {
              assertThat(store.leases.beat(Store.card("worker-2", 1), List.of(alive)).gone())
                  .isEmpty();
              return !store.leases.lapsed(10).isEmpty();
            });
    assertThat(store.leases.lapsed(10)).containsExactly(new Lapsed(dead.job().jobId(), 1));
    assertThat(store.leases.giveBack(dead.job().jobId(), 1, GiveBack.WORKER_LOST))
        .isInstanceOf(Requeued.class);
    assertThat(store.leases.lapsed(10)).isEmpty();
    assertThat(store.leases.beat(Store.card("worker-1", 1), List.of(dead)).gone())
        .as("the vanished worker must kill its sandbox")
        .containsExactly(new Gone(dead.job().jobId(), false));
  }

  @Test
  void anEntryWithoutARunningJobDoesNotBlockTheLapsed() {
    Lease lease = store.running("owner");
    UUID jobId = lease.job().jobId();
    store.finished(lease);
    store.redis.opsForZSet().add("{millrace}:running", jobId.toString(), 1);
    store.redis.opsForZSet().add("{millrace}:running", UUID.randomUUID().toString(), 1);
    assertThat(store.leases.lapsed(10)).isEmpty();
    assertThat(store.gauge.read().running()).isZero();
  }

  @Test
  void aWorkerLosesWhatWasCancelledOrTakenOver() {
    Lease cancelled = store.running("owner");
    Lease taken = store.running("owner");
    Lease kept = store.running("owner");
    store.ends.cancel(cancelled.job().jobId(), "owner", Store.cancelled(cancelled.job()));
    store.leases.giveBack(taken.job().jobId(), 1, GiveBack.RELEASED);
    store.granted(taken.job(), "worker-2");
    assertThat(store.leases.beat(Store.card("worker-1", 3), List.of(cancelled, taken, kept)).gone())
        .containsExactlyInAnyOrder(
            new Gone(cancelled.job().jobId(), true), new Gone(taken.job().jobId(), false));
  }

  @Test
  void anEmptiedRedisLearnsOfRunningJobsFromTheirWorkers() {
    Job job = store.accepted(Store.job("owner", "https://a.example/", "g"), OwnerLimits.NONE);
    Lease lease = store.granted(job, "worker-1");
    JobStatus before = store.archive.find(job.jobId()).orElseThrow();
    store.flush();
    assertThat(store.leases.beat(Store.card("worker-1", 4), List.of(lease)).gone()).isEmpty();
    assertThat(store.archive.find(job.jobId())).contains(before);
    assertThat(store.field(job.jobId(), "watchers")).isEqualTo("g");
    QueueGauge.Reading now = store.gauge.read();
    assertThat(now.running()).isEqualTo(1);
    assertThat(now.slots()).isEqualTo(4);
  }

  @Test
  void aBeatCostsTheSameHoweverManyWorkersThereAre() {
    long alone = commandsOfALaterBeat();
    for (int i = 2; i <= 100; i++) {
      store.leases.beat(Store.card("worker-" + i, 3), List.of());
    }
    assertThat(commandsOfALaterBeat()).isEqualTo(alone);
    assertThat(store.gauge.read().slots()).isEqualTo(300);
  }

  /** While another's beat has just counted. */
  private long commandsOfALaterBeat() {
    store.leases.beat(Store.card("worker-1", 3), List.of());
    store.redis.opsForValue().set("{millrace}:counted", "1", Duration.ofSeconds(5));
    long before = store.commands();
    store.leases.beat(Store.card("worker-1", 3), List.of());
    return store.commands() - before;
  }

  @Test
  void theGaugeCountsTheWorkersOfEachTier() {
    store.leases.beat(new JobLeases.WorkerCard("a", 1, "root", "{}", "host"), List.of());
    store.leases.beat(new JobLeases.WorkerCard("b", 1, "userns", "{}", "host"), List.of());
    store.leases.beat(new JobLeases.WorkerCard("c", 1, "root", "{}", "host"), List.of());
    assertThat(store.gauge.read().tiers()).isEqualTo(Map.of("root", 2, "userns", 1));
  }

  @Test
  void aRebuiltLaneGivesARunningJobBackToItsWorker() {
    Lease lease = store.running("owner");
    store.flush();
    store.repair.restore(List.of(new LaneRepair.Logged(lease.job(), Store.at(1))));
    assertThat(store.queueLength()).isEqualTo(1);
    assertThat(store.leases.beat(Store.card("worker-1", 1), List.of(lease)).gone()).isEmpty();
    assertThat(store.queueLength()).isZero();
    assertThat(store.state(lease.job().jobId())).isEqualTo("running");
    assertThat(store.field(lease.job().jobId(), "restored")).isNull();
  }

  @Test
  void theHigherAttemptWinsWhenRedisForgotItsLastWrites() {
    Lease first = store.running("owner");
    UUID jobId = first.job().jobId();
    store.leases.giveBack(jobId, 1, GiveBack.RELEASED);
    Lease second = store.granted(first.job(), "worker-2");
    // As it was before the second claim.
    store.redis.opsForHash().put(RedisKeys.job(jobId), "attempt", "1");

    assertThat(store.leases.beat(Store.card("worker-2", 1), List.of(second)).gone()).isEmpty();
    assertThat(store.leases.beat(Store.card("worker-1", 1), List.of(first)).gone())
        .containsExactly(new Gone(jobId, false));
    assertThat(finish(first)).isEmpty();
    assertThat(finish(second)).isPresent();
  }

  @Test
  void slotsAndWorkersAreThoseThatLive() {
    store.leases.beat(Store.card("worker-1", 3), List.of());
    store.leases.beat(Store.card("worker-2", 4), List.of());
    assertThat(store.gauge.read().slots()).isEqualTo(7);
    assertThat(store.gauge.read().workers()).isEqualTo(2);
    store.leases.signOff(Store.card("worker-1", 3));
    assertThat(store.gauge.read().slots()).isEqualTo(4);
    assertThat(store.gauge.read().workers()).isEqualTo(1);
    await().atMost(5, TimeUnit.SECONDS).until(() -> store.gauge.read().workers() == 0);
    await().atMost(5, TimeUnit.SECONDS).until(() -> store.gauge.read().slots() == 0);
  }

  @Test
  void aJobThatEndedWithAWebhookIsKeptUntilItsCompletionIsInTheLog() {
    Job job = store.accepted(Store.job("owner", "https://a.example/", null), OwnerLimits.NONE);
    store.finished(store.granted(job, "w"));
    assertThat(store.leases.unpublished(Duration.ofMinutes(1), 10)).isEmpty();
    assertThat(store.leases.unpublished(Duration.ZERO, 10)).containsExactly(job.jobId());
    assertThat(store.redis.getExpire(RedisKeys.job(job.jobId())))
        .as("what has an end may be evicted")
        .isEqualTo(-1);
    store.leases.published(job.jobId());
    assertThat(store.leases.unpublished(Duration.ZERO, 10)).isEmpty();
    assertThat(store.redis.getExpire(RedisKeys.job(job.jobId())))
        .isBetween(1L, Duration.ofHours(1).toSeconds());
  }

  @Test
  void aReplyIsKeptForItsTimeAndNoLonger() {
    Lease lease = store.running("owner");
    store.finished(lease);
    assertThat(store.redis.getExpire(RedisKeys.job(lease.job().jobId())))
        .isBetween(1L, Duration.ofHours(1).toSeconds());
  }

  private Optional<Recorded> finish(Lease lease) {
    return store.leases.finish(lease, Store.success(lease.job()), Duration.ofMillis(5));
  }

  private static <T> List<T> together(int threads, IntFunction<Supplier<T>> each) {
    CyclicBarrier start = new CyclicBarrier(threads);
    List<CompletableFuture<T>> all =
        IntStream.range(0, threads)
            .mapToObj(
                i -> {
                  CompletableFuture<T> result = new CompletableFuture<>();
                  Supplier<T> work = each.apply(i);
                  new Thread(
                          () -> {
                            try {
                              start.await(5, TimeUnit.SECONDS);
                              result.complete(work.get());
                            } catch (Exception e) {
                              result.completeExceptionally(e);
                            }
                          })
                      .start();
                  return result;
                })
            .toList();
    return all.stream().map(CompletableFuture::join).toList();
  }
}
