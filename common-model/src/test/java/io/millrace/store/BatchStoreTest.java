package io.millrace.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.job.Job;
import io.millrace.job.Outcome;
import io.millrace.job.Output;
import io.millrace.queue.JobRecord;
import io.millrace.store.Admission.Refusal;
import io.millrace.store.Admission.Refused;
import io.millrace.store.AdmissionGate.OwnerLimits;
import io.millrace.store.BatchStore.Busy;
import io.millrace.store.BatchStore.Entered;
import io.millrace.store.BatchStore.Failure;
import io.millrace.store.BatchStore.Part;
import io.millrace.store.BatchStore.Turned;
import io.millrace.store.JobLeases.Held;
import io.millrace.store.JobLeases.NotYet;
import io.millrace.testing.Store;
import io.millrace.testing.TestBatch;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A batch as the scripts have it. */
@Tag("services")
class BatchStoreTest {

  private static final Outcome FAILED = new Outcome.Failed(Output.NONE, "exit", "boom", 1);

  private final Store store = Store.fresh(Store.settings(10, Duration.ofSeconds(1)));

  @Test
  void allOfABatchIsLetInOrNothing() {
    assertThat(refusal(batch(11).admit(OwnerLimits.NONE))).isEqualTo(Refusal.QUEUE_FULL);
    assertThat(store.queueLength()).isZero();
    assertThat(batch(10).admit(OwnerLimits.NONE)).isInstanceOf(Entered.class);
    assertThat(store.queueLength()).isEqualTo(10);
    assertThat(store.gauge.read().bulkWaiting()).isEqualTo(10);
    assertThat(store.admit(Store.job("other")))
        .isEqualTo(new Refused(Refusal.QUEUE_FULL, 10, Duration.ZERO));
  }

  @Test
  void aBatchIsHeldToItsKeysLimitsAndCountsInThem() {
    OwnerLimits four = new OwnerLimits(4, 0, 0);
    assertThat(refusal(batch(5).admit(four))).isEqualTo(Refusal.KEY_FULL);
    assertThat(batch(4).admit(four)).isInstanceOf(Entered.class);
    assertThat(((Refused) store.admit(Store.job("owner"), four, null)).why())
        .isEqualTo(Refusal.KEY_FULL);

    OwnerLimits twoASecond = new OwnerLimits(0, 0, 2);
    assertThat(batch(4).admit(twoASecond)).as("goes whole").isInstanceOf(Entered.class);
    Refused early = (Refused) store.admit(Store.job("owner"), twoASecond, null);
    assertThat(early.why()).isEqualTo(Refusal.KEY_RATE);
    assertThat(early.retryAfter()).as("and is paid for").isGreaterThan(Duration.ofMillis(1400));
  }

  @Test
  void noJobOfABatchRunsBeforeTheLogHasAllOfThem() {
    TestBatch batch = batch(3);
    batch.admit(OwnerLimits.NONE);
    assertThat(store.leases.claim(batch.job(0), Store.at(1), "w", false)).isEqualTo(new NotYet());
    assertThat(store.leases.claim(batch.job(1), Store.at(2), "w", true)).isEqualTo(new Held());
    assertThat(store.batches.open(batch.id, 0))
        .contains(List.of(new JobRecord(batch.jobIds.get(1), Store.at(2))));
    store.granted(batch.job(0), "w");
    store.granted(batch.job(1), "w");
    assertThat(batch.counts()).isEqualTo("queued 1, running 2");
  }

  @Test
  void whatTheLogDidNotGetIsTakenBackAsAWhole() {
    TestBatch batch = batch(3);
    batch.admit(OwnerLimits.NONE);
    store.leases.claim(batch.job(1), Store.at(2), "w", true);
    assertThat(store.batches.refuse(batch.id, 0)).isTrue();
    assertThat(store.queueLength()).isZero();
    assertThat(store.batches.find(batch.id)).isEmpty();
    assertThat(store.batches.open(batch.id, 0)).isEmpty();
    for (Job job : batch.jobs()) {
      assertThat(store.leases.claim(job, Store.at(1), "w"))
          .isEqualTo(new JobLeases.Ended("refused"));
    }
  }

  @Test
  void theCountsFollowTheJobsAndTheLastOneEndsTheBatch() {
    TestBatch batch = batch(3).opened();
    assertThat(batch.counts()).isEqualTo("queued 3");
    finish(batch.job(0), Store.success());
    Lease second = store.granted(batch.job(1), "w");
    assertThat(batch.counts()).isEqualTo("queued 1, running 1, succeeded 1");
    store.leases.giveBack(second.job().jobId(), 1, JobLeases.GiveBack.RELEASED);
    assertThat(batch.counts()).isEqualTo("queued 2, succeeded 1");
    finish(batch.job(1), FAILED);
    assertThat(batch.status().state()).isEqualTo("running");
    store.ends.cancel(batch.jobIds.get(2), "owner", Store.cancelled(batch.job(2)));
    assertThat(batch.counts()).isEqualTo("succeeded 1, failed 1, cancelled 1");
    assertThat(batch.status().state()).isEqualTo("done");
    assertThat(batch.status().finishedAt()).isNotNull();
    assertThat(store.redis.getExpire(RedisKeys.batch(batch.id))).isPositive();
    assertThat(store.redis.getExpire(RedisKeys.job(batch.jobIds.get(0)))).isBetween(1L, 3600L);
  }

  @Test
  void theResultsAreInOrderPageByPageAndByState() {
    TestBatch batch = batch(3).opened();
    finish(batch.job(2), Store.success());
    finish(batch.job(0), FAILED);
    List<Part> all = store.batches.jobs(batch.id, 0, "", false).jobs();
    assertThat(all).extracting(Part::index).containsExactly(0, 1, 2);
    assertThat(all).extracting(Part::jobId).containsExactlyElementsOf(batch.jobIds);
    assertThat(all).extracting(Part::state).containsExactly("failed", "queued", "succeeded");
    assertThat(all.get(1).reply()).isNull();
    assertThat(all.get(2).reply().toString()).contains("\"endpoint\":\"/v1/batches\"");
    assertThat(store.batches.jobs(batch.id, 1, "s", false).jobs())
        .extracting(Part::index)
        .containsExactly(2);
    BatchStore.Page ended = store.batches.jobs(batch.id, 0, "", true);
    assertThat(ended.jobs()).extracting(Part::index).containsExactly(0);
    assertThat(ended.next()).contains(1);
  }

  @Test
  void noMoreOfABatchRunsThanItSays() {
    TestBatch batch = new TestBatch(store, 3, 1, null).opened();
    Lease first = store.granted(batch.job(0), "w");
    assertThat(store.leases.claim(batch.job(1), Store.at(30), "w")).isEqualTo(new Held());
    assertThat(store.leases.claim(batch.job(2), Store.at(31), "w")).isEqualTo(new Held());
    assertThat(store.gauge.read().heldWaiting()).isEqualTo(2);
    assertThat(store.repair.resume(10)).isEmpty();
    store.granted(store.accepted("owner"), "w");
    assertThat(finished(first, Store.success()).resumable())
        .contains(new JobRecord(batch.jobIds.get(1), Store.at(30)));
    finish(batch.job(1), Store.success());
    store.ends.cancel(batch.jobIds.get(2), "owner", Store.cancelled(batch.job(2)));
    assertThat(batch.status().state()).isEqualTo("done");
    assertThat(store.queueLength()).isZero();
    assertThat(store.redis.keys("{millrace}:*held*")).isEmpty();
  }

  @Test
  void aBatchIsCancelledWhole() {
    TestBatch batch = batch(4).opened();
    finish(batch.job(0), Store.success());
    store.granted(batch.job(1), "w");
    assertThat(store.batches.cancel(batch.id, BatchStore.cancelled(null, Store.SPEAKER)))
        .isEqualTo(3);
    assertThat(batch.counts()).isEqualTo("succeeded 1, cancelled 3");
    assertThat(batch.status().state()).isEqualTo("cancelled");
    assertThat(store.archive.find(batch.jobIds.get(2)).orElseThrow().replyText())
        .contains("\"job_id\":\"" + batch.jobIds.get(2) + "\"")
        .contains("cancelled");
    assertThat(store.queueLength()).isZero();
    assertThat(store.batches.cancel(batch.id, BatchStore.cancelled(null, Store.SPEAKER))).isZero();
  }

  @Test
  void failuresRunAgainAtTheirPlacesAndTheBatchEndsOnceMore() {
    TestBatch batch = new TestBatch(store, 3, 0, "https://a.example/").opened();
    finish(batch.job(0), FAILED);
    finish(batch.job(1), Store.success());
    finish(batch.job(2), FAILED);
    List<Failure> failures = store.batches.failures(batch.id);
    assertThat(failures).extracting(Failure::index).containsExactly(0, 2);
    UUID delivery = UUID.randomUUID();
    List<UUID> again = List.of(UUID.randomUUID(), UUID.randomUUID());
    Job retried = retried(batch.job(0), 1, delivery);
    assertThat(retry(retried, again)).isEqualTo(new Busy());
    assertThat(store.batches.unpublished(10)).containsExactly(batch.id);
    store.batches.told(batch.id, batch.id);
    assertThat(retry(retried, again)).isInstanceOf(Entered.class);
    assertThat(batch.counts()).isEqualTo("queued 2, succeeded 1");
    assertThat(batch.status().state()).isEqualTo("running");
    store.batches.open(batch.id, 1);
    finish(withId(retried, again.get(0), 0), Store.success());
    finish(withId(retried, again.get(1), 2), Store.success());
    assertThat(batch.counts()).isEqualTo("succeeded 3");
    assertThat(store.batches.unpublished(10)).containsExactly(batch.id);
    assertThat(batch.status().delivery()).isEqualTo(delivery);
  }

  @Test
  void aRetryThatTheLogDidNotGetLeavesTheBatchAsItWas() {
    TestBatch batch = new TestBatch(store, 2, 0, "https://a.example/").opened();
    finish(batch.job(0), FAILED);
    finish(batch.job(1), Store.success());
    store.batches.told(batch.id, batch.id);
    retry(retried(batch.job(0), 1, UUID.randomUUID()), List.of(UUID.randomUUID()));
    store.batches.refuse(batch.id, 1);
    assertThat(batch.counts()).isEqualTo("succeeded 1, failed 1");
    assertThat(batch.status().state()).isEqualTo("done");
    assertThat(store.batches.unpublished(10)).as("was told of already").isEmpty();
    assertThat(store.queueLength()).isZero();
    assertThat(store.batches.failures(batch.id).get(0).jobId()).isEqualTo(batch.jobIds.get(0));
  }

  private TestBatch batch(int count) {
    return new TestBatch(store, count, 0, null);
  }

  private BatchStore.Entry retry(Job job, List<UUID> ids) {
    List<Integer> indices =
        store.batches.failures(job.batch().batchId()).stream().map(Failure::index).toList();
    return store.batches.admit(job, ids, indices, 10, OwnerLimits.NONE, null);
  }

  private static Job retried(Job job, int round, UUID delivery) {
    return job.in(job.batch().again(round, delivery), job.jobId());
  }

  private static Job withId(Job job, UUID jobId, int index) {
    return job.in(job.batch().at(index), jobId);
  }

  private void finish(Job job, Outcome outcome) {
    finished(store.granted(job, "w"), outcome);
  }

  private JobLeases.Recorded finished(Lease lease, Outcome outcome) {
    return store
        .leases
        .finish(lease, Store.reply(lease.job(), outcome), Duration.ofMillis(5))
        .orElseThrow();
  }

  private static Refusal refusal(BatchStore.Entry entry) {
    return ((Turned) entry).refused().why();
  }
}
