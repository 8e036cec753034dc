package io.millrace.rescue;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.job.BatchPart;
import io.millrace.job.Job;
import io.millrace.queue.Completion;
import io.millrace.queue.JobCodec;
import io.millrace.queue.Lane;
import io.millrace.queue.UnreadableRecordException;
import io.millrace.store.AdmissionGate.OwnerLimits;
import io.millrace.store.BatchStore;
import io.millrace.store.JobLeases.Granted;
import io.millrace.testing.Store;
import io.millrace.testing.TestBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a batch has in the log, and what is made of it when Redis has forgotten it. */
@Tag("services")
class BatchRoundsTest {

  private static final OwnerLimits NO_LIMITS = OwnerLimits.NONE;

  private final Rescuers rescuers = Rescuers.withoutGrace();
  private final Store store = rescuers.store;
  private final BatchRounds rounds =
      new BatchRounds(store.batches, rescuers.log.batches, rescuers.log.queue);

  @AfterEach
  void close() {
    rescuers.close();
  }

  @Test
  void anEmptiedRedisKnowsTheCountsOfABatchAgainAndNothingRunsTwice() throws Exception {
    TestBatch batch = new TestBatch(store, 6, 2, "https://a.example/").sent(rescuers.log);
    List<UUID> ran = new ArrayList<>();
    for (Job job : batch.jobs().subList(0, 3)) {
      store.finished(((Granted) store.leases.claim(job, Store.at(1), "w")).lease());
      ran.add(job.jobId());
    }
    rounds.run();
    store.flush();

    rescuers.rebuilder().rebuildIfNeeded(store.repair.look());
    assertThat(batch.counts()).as("restored from the lanes").isEqualTo("queued 6");
    rounds.run();
    assertThat(batch.counts()).isEqualTo("queued 3, succeeded 3");
    assertThat(batch.status().maxRunning()).isEqualTo(2);
    assertThat(store.batches.jobs(batch.id, 0, "", false).jobs())
        .extracting(part -> part.jobId())
        .containsExactlyElementsOf(batch.jobIds);

    ran.addAll(rescuers.runAll());
    assertThat(ran).containsExactlyElementsOf(batch.jobIds);
    assertThat(batch.counts()).isEqualTo("succeeded 6");
    rounds.run();
    rounds.run();
    assertThat(messages(batch.id)).hasSize(1);
    assertThat(messages(batch.id).get(0).body())
        .contains("\"state\":\"done\"", "\"succeeded\":6", "/v1/batches/" + batch.id + "/results");
  }

  @Test
  void anEmptiedRedisKnowsWhichBatchAnIdempotencyKeyPromises() throws Exception {
    TestBatch batch = new TestBatch(store, 2, 0, null).withKey("once").sent(rescuers.log);
    store.flush();
    rescuers.rebuilder().rebuildIfNeeded(store.repair.look());
    BatchStore.Entry again = new TestBatch(store, 2, 0, null).withKey("once").admit(NO_LIMITS);
    assertThat(again).isEqualTo(new BatchStore.Known(batch.id, 2, true));
    rescuers.runAll();
    assertThat(batch.counts()).isEqualTo("succeeded 2");
  }

  @Test
  void aBatchThatNoLogEverGotIsDroppedAndItsJobsNeverRun() throws Exception {
    TestBatch batch = new TestBatch(store, 3, 0, null);
    batch.admit(NO_LIMITS);
    rescuers.log.send(Lane.BULK, batch.job(0));
    store.leases.claim(batch.job(0), Store.at(1), "w", true);
    store.redis.opsForHash().put("{millrace}:batch:" + batch.id, "begun", "1");
    rescuers.reconciler.resumeHeld();
    assertThat(store.batches.find(batch.id)).isEmpty();
    assertThat(store.queueLength()).isZero();
    assertThat(rescuers.runAll()).isEmpty();
  }

  @Test
  void theProgramOfABatchIsWrittenOnceAndEachJobIsWholeAgain() throws Exception {
    TestBatch batch = new TestBatch(store, 2, 0, null).sent(rescuers.log);
    Job whole = rescuers.log.batches.whole(batch.job(1)).orElseThrow();
    assertThat(whole.request().code()).isEqualTo("print(input_data)");
    assertThat(whole.request().wide().inputJson()).isEqualTo("1");
    assertThat(whole.jobId()).isEqualTo(batch.jobIds.get(1));
    BatchPart nowhere = new BatchPart(UUID.randomUUID(), 0, 0, 1, 1, 0, null, batch.id, 1L << 40);
    Job elsewhere = batch.job(1).in(nowhere, batch.jobIds.get(1));
    assertThat(rescuers.log.batches.whole(elsewhere)).isEmpty();
  }

  private List<Completion> messages(UUID batchId) {
    List<Completion> found = new ArrayList<>();
    rescuers.log.records.scanCompletionsSince(
        0,
        bytes -> {
          try {
            Completion completion = JobCodec.decodeCompletion(bytes);
            if (batchId.equals(completion.batchId())) {
              found.add(completion);
            }
          } catch (UnreadableRecordException e) {
            throw new IllegalStateException(e);
          }
        });
    return found;
  }
}
