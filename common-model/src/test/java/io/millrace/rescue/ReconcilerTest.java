package io.millrace.rescue;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.job.Job;
import io.millrace.job.JobState;
import io.millrace.queue.Lane;
import io.millrace.queue.RecordPointer;
import io.millrace.store.Admission.Admitted;
import io.millrace.store.AdmissionGate.OwnerLimits;
import io.millrace.store.JobLeases.GiveBack;
import io.millrace.store.JobStatus;
import io.millrace.store.Lease;
import io.millrace.testing.Store;
import io.millrace.testing.Store.Idempotency;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("services")
class ReconcilerTest {

  private final Rescuers rescuers = Rescuers.withoutGrace();
  private final Store store = rescuers.store;

  @AfterEach
  void close() {
    rescuers.close();
  }

  @Test
  void anOffsetThatIsUsedAgainIsNotTakenForTheJobsRecord() throws Exception {
    Job job = rescuers.submitted(Lane.FIRST);
    Lease lease = rescuers.claimAll("worker-1").get(0);
    store.leases.giveBack(job.jobId(), lease.attempt(), GiveBack.RELEASED);
    RecordPointer another = rescuers.log.send(Lane.FIRST, store.accepted("other"));
    rescuers.runAll();
    store.redis.opsForHash().put("{millrace}:job:" + job.jobId(), "record", another.toString());

    rescuers.reconciler.settle();
    rescuers.reconciler.settle();

    JobStatus ended = store.archive.find(job.jobId()).orElseThrow();
    assertThat(ended.state()).isEqualTo(JobState.FAILED);
    assertThat(ended.replyText()).contains("lost this job's record").contains("\"code\":500");
    assertThat(store.queueLength()).isZero();
  }

  @Test
  void aLaneWhoseTopicWasMadeAnewLosesNoJobInSilence() throws Exception {
    Job unseen = rescuers.submitted(Lane.BULK);
    Job released = rescuers.submitted(Lane.BULK);
    Lease lease = store.granted(released, "worker-1");
    store.leases.giveBack(released.jobId(), lease.attempt(), GiveBack.RELEASED);
    rescuers.reconciler.settle();
    rescuers.log.makeAnew(Lane.BULK);
    for (int i = 0; i < 300; i++) {
      rescuers.log.send(Lane.BULK, store.accepted("other"));
    }
    rescuers.runAll();

    // All processes were started anew meanwhile: only Redis knows which topic there was.
    try (Rescuers later = new Rescuers(store, Duration.ZERO)) {
      later.reconciler.settle();
      later.reconciler.settle();
    }
    for (Job lost : List.of(unseen, released)) {
      JobStatus ended = store.archive.find(lost.jobId()).orElseThrow();
      assertThat(ended.state()).isEqualTo(JobState.FAILED);
      assertThat(ended.replyText()).contains("lost this job's record");
    }
    assertThat(store.queueLength()).isZero();
  }

  @Test
  void aHeldJobWhoseRecordIsGoneEndsWhenItMayGoOn() throws Exception {
    OwnerLimits one = new OwnerLimits(0, 1, 0);
    Job first = store.accepted(Store.job("owner"), one);
    Job second = store.accepted(Store.job("owner"), one);
    rescuers.log.send(Lane.FIRST, first);
    RecordPointer held = rescuers.log.send(Lane.FIRST, second);
    rescuers.claimAll("worker-1");
    rescuers.log.send(Lane.FIRST, store.accepted("other"));
    rescuers.runAll();
    store
        .redis
        .opsForHash()
        .put(
            "{millrace}:job:" + second.jobId(),
            "record",
            new RecordPointer(Lane.FIRST, held.topicId(), held.offset() + 1).toString());
    store.ends.cancel(first.jobId(), "owner", Store.cancelled(first));

    rescuers.reconciler.resumeHeld();

    assertThat(store.state(second.jobId())).isEqualTo("failed");
    assertThat(rescuers.runAll()).isEmpty();
  }

  @Test
  void aJobWhoseGatewayDiedBeforeTheSendIsSettled() {
    Idempotency key = new Idempotency("key", "digest");
    Job job = Store.job("owner");
    store.admit(job, OwnerLimits.NONE, key);
    rescuers.reconciler.settle();
    assertThat(store.queueLength()).isZero();
    assertThat(store.archive.find(job.jobId())).isEmpty();
    assertThat(store.admit(Store.job("owner"), OwnerLimits.NONE, key))
        .as("its key is free for a repeat")
        .isInstanceOf(Admitted.class);
    assertThat(rescuers.count("millrace.queue.settled")).isEqualTo(1);
  }

  @Test
  void aJobWhoseSendIsUnderWayIsLeftAlone() throws Exception {
    try (Rescuers patient = new Rescuers(store, Duration.ofSeconds(10))) {
      Job job = store.accepted("owner");
      for (int i = 0; i < 3; i++) {
        patient.reconciler.settle();
      }
      assertThat(store.state(job.jobId())).isEqualTo("queued");
      patient.log.send(Lane.FIRST, job);
      assertThat(patient.runAll()).containsExactly(job.jobId());
      assertThat(patient.count("millrace.queue.settled")).isZero();
    }
  }

  @Test
  void aJobThatWasSettledWhileItsGatewayStoodStillRunsAllTheSame() throws Exception {
    Job job = store.accepted("owner");
    rescuers.reconciler.settle();
    rescuers.log.send(Lane.FIRST, job);
    assertThat(rescuers.runAll()).containsExactly(job.jobId());
  }

  @Test
  void jobsThatWaitForAWorkerAreLeftAlone() throws Exception {
    List<UUID> waiting = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      waiting.add(rescuers.submitted(Lane.FIRST).jobId());
    }
    for (int i = 0; i < 3; i++) {
      rescuers.reconciler.settle();
    }
    assertThat(rescuers.count("millrace.queue.settled")).isZero();
    assertThat(rescuers.runAll()).isEqualTo(waiting);
  }

  @Test
  void aJobThatAWorkerTookAndRedisForgotRunsAgain() throws Exception {
    Job job = rescuers.submitted(Lane.BULK);
    rescuers.takeAndForget();
    rescuers.reconciler.settle();
    assertThat(rescuers.runAll()).containsExactly(job.jobId());
    assertThat(store.queueLength()).isZero();
  }

  @Test
  void aJobWhoseCopyWasLostIsEnqueuedAgain() throws Exception {
    Job job = rescuers.submitted(Lane.FIRST);
    Lease lease = rescuers.claimAll("worker-1").get(0);
    store.leases.giveBack(job.jobId(), lease.attempt(), GiveBack.RELEASED);
    rescuers.reconciler.settle();
    rescuers.reconciler.settle();
    assertThat(rescuers.runAll()).containsExactly(job.jobId());
  }

  @Test
  void aHeldJobThatWasResumedAndLostOnItsWayIsEnqueuedAgain() throws Exception {
    OwnerLimits one = new OwnerLimits(0, 1, 0);
    Job first = store.accepted(Store.job("owner"), one);
    Job second = store.accepted(Store.job("owner"), one);
    rescuers.log.send(Lane.FIRST, first);
    rescuers.log.send(Lane.FIRST, second);
    Lease running = rescuers.claimAll("worker-1").get(0);
    assertThat(store.gauge.read().heldWaiting()).isEqualTo(1);
    rescuers.reconciler.settle();
    assertThat(rescuers.count("millrace.queue.settled")).as("held is not lost").isZero();

    assertThat(store.finished(running).resumable()).isPresent();
    rescuers.reconciler.settle();
    assertThat(rescuers.runAll()).containsExactly(second.jobId());
  }

  @Test
  void heldJobsGoOnWhenTheirOwnersRunningJobIsCancelled() throws Exception {
    OwnerLimits one = new OwnerLimits(0, 1, 0);
    Job first = store.accepted(Store.job("owner"), one);
    Job second = store.accepted(Store.job("owner"), one);
    rescuers.log.send(Lane.FIRST, first);
    rescuers.log.send(Lane.FIRST, second);
    rescuers.claimAll("worker-1");
    rescuers.reconciler.resumeHeld();
    store.ends.cancel(first.jobId(), "owner", Store.cancelled(first));
    rescuers.reconciler.resumeHeld();
    assertThat(rescuers.runAll()).containsExactly(second.jobId());
  }

  @Test
  void manyHeldJobsDoNotHideALostOneBehindThem() throws Exception {
    OwnerLimits one = new OwnerLimits(0, 1, 0);
    for (int i = 0; i < 250; i++) {
      rescuers.log.send(Lane.FIRST, store.accepted(Store.job("greedy"), one));
    }
    rescuers.claimAll("worker-1");
    assertThat(store.gauge.read().heldWaiting()).isEqualTo(249);
    Job lost = rescuers.submitted(Lane.FIRST);
    rescuers.takeAndForget();
    rescuers.reconciler.settle();
    assertThat(rescuers.runAll()).containsExactly(lost.jobId());
  }

  @Test
  void aJobThatMovesOnWhileItIsLookedAtIsNotCountedAsSettled() {
    Job job = store.accepted("owner");
    store
        .redis
        .opsForHash()
        .put("{millrace}:job:" + job.jobId(), "queued_at", "9" + "0".repeat(15));
    rescuers.reconciler.settle();
    assertThat(rescuers.count("millrace.queue.settled")).isZero();
    assertThat(store.state(job.jobId())).isEqualTo("queued");
  }

  @Test
  void aLaneEntryWithoutAWaitingJobIsRemoved() throws Exception {
    store.redis.opsForZSet().add("{millrace}:lane:first", UUID.randomUUID().toString(), 1);
    rescuers.submitted(Lane.FIRST);
    Lease running = rescuers.claimAll("worker-1").get(0);
    store.redis.opsForZSet().add("{millrace}:lane:first", running.job().jobId().toString(), 1);
    rescuers.reconciler.settle();
    assertThat(store.queueLength()).isZero();
    assertThat(store.state(running.job().jobId())).isEqualTo("running");
  }
}
