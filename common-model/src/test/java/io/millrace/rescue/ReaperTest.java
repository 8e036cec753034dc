package io.millrace.rescue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.job.Job;
import io.millrace.job.JobState;
import io.millrace.queue.Completion;
import io.millrace.queue.JobCodec;
import io.millrace.queue.Lane;
import io.millrace.queue.Topics;
import io.millrace.store.AdmissionGate.OwnerLimits;
import io.millrace.store.JobLeases;
import io.millrace.store.JobStatus;
import io.millrace.store.Lease;
import io.millrace.testing.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("services")
class ReaperTest {

  private static final TopicPartition COMPLETIONS = new TopicPartition(Topics.COMPLETIONS, 0);

  private final Rescuers rescuers = Rescuers.withoutGrace();
  private final Store store = rescuers.store;

  @AfterEach
  void close() {
    rescuers.close();
  }

  @Test
  void aJobWhoseWorkerVanishedRunsAgainOnceThoughManyReap() throws Exception {
    Job job = rescuers.submitted(Lane.BULK);
    Lease lost = rescuers.claimAll("worker-1").get(0);
    rescuers.reaper.rescueJobs();
    assertThat(store.state(job.jobId())).as("its lease has not lapsed").isEqualTo("running");

    awaitLapse();
    for (int i = 0; i < 3; i++) {
      rescuers.reaper.rescueJobs();
    }
    assertThat(rescuers.runAll()).containsExactly(job.jobId());
    assertThat(store.leases.finish(lost, Store.success(job), Duration.ZERO)).isEmpty();
    JobStatus ended = store.archive.find(job.jobId()).orElseThrow();
    assertThat(ended.attempt()).isEqualTo(2);
    assertThat(ended.state().wireName()).isEqualTo("succeeded");
    assertThat(rescuers.count("millrace.jobs.rescued")).isEqualTo(1);
    assertThat(rescuers.count("millrace.records.requeued")).isEqualTo(1);
  }

  @Test
  void aJobThatDidNotStartInItsTimeEndsUnrunAndOneThatDidGoesOn() {
    Job late = store.accepted(Store.hurried(60), OwnerLimits.NONE);
    Job begun = store.accepted(Store.hurried(60), OwnerLimits.NONE);
    Lease lease = store.granted(begun, "worker-1");
    Job inTime = store.accepted(Store.hurried(60), OwnerLimits.NONE);
    rescuers.reaper.endOverdueJobs();
    assertThat(store.state(late.jobId())).isEqualTo("queued");
    for (Job each : List.of(late, begun)) {
      store.redis.opsForZSet().add("{millrace}:deadlines", each.jobId().toString(), 1);
    }

    rescuers.reaper.endOverdueJobs();

    JobStatus ended = store.archive.find(late.jobId()).orElseThrow();
    assertThat(ended.state()).isEqualTo(JobState.EXPIRED);
    assertThat(ended.replyText())
        .contains("\"endpoint\":\"/v1/jobs\",\"code\":408")
        .contains("\"reason\":\"deadline\"");
    assertThat(store.state(begun.jobId())).isEqualTo("running");
    assertThat(store.state(inTime.jobId())).isEqualTo("queued");
    rescuers.reaper.endOverdueJobs();
    assertThat(store.redis.opsForZSet().zCard("{millrace}:deadlines")).isEqualTo(1);
    store.finished(lease);
  }

  @Test
  void aWorkerThatComesTooLateDoesNotRunIt() {
    Job hurried = store.accepted(Store.hurried(60), OwnerLimits.NONE);
    Job late = hurried.accepted(hurried.acceptedAt() - 61_000_000);
    assertThat(store.leases.claim(late, Store.at(1), "worker-1"))
        .isEqualTo(new JobLeases.Ended("expired"));
  }

  @Test
  void aJobThatStartedInItsTimeMayStartAgainAtAnyTime() {
    Job job = store.accepted(Store.hurried(60), OwnerLimits.NONE);
    Lease lost = store.granted(job, "worker-1");
    store.leases.giveBack(job.jobId(), lost.attempt(), JobLeases.GiveBack.RELEASED);
    Job later = job.accepted(job.acceptedAt() - 61_000_000);
    assertThat(store.leases.claim(later, Store.at(1), "worker-2"))
        .isInstanceOf(JobLeases.Granted.class);
  }

  @Test
  void manyJobsOfOneVanishedWorkerAreBackInOneRound() throws Exception {
    for (int i = 0; i < 60; i++) {
      rescuers.submitted(i % 2 == 0 ? Lane.FIRST : Lane.BULK);
    }
    List<Lease> lost = rescuers.claimAll("worker-1");
    awaitLapse(60);
    rescuers.reaper.rescueJobs();
    assertThat(rescuers.runAll())
        .containsExactlyInAnyOrderElementsOf(
            lost.stream().map(each -> each.job().jobId()).toList());
  }

  @Test
  void aJobThatLosesItsThirdWorkerEndsWithAReasonAndBlocksNobody() throws Exception {
    Job poison = rescuers.submitted(Lane.FIRST);
    for (int attempt = 1; attempt <= 3; attempt++) {
      assertThat(rescuers.claimAll("worker-" + attempt)).hasSize(1);
      awaitLapse();
      rescuers.reaper.rescueJobs();
    }
    JobStatus ended = store.archive.find(poison.jobId()).orElseThrow();
    assertThat(ended.state().wireName()).isEqualTo("failed");
    assertThat(ended.attempt()).isEqualTo(3);
    assertThat(ended.replyText()).contains("\"worker_lost\"").contains("\"id\":\"id-1\"");
    assertGivenUpOnce("worker_lost");
    assertThat(rescuers.runAll()).isEmpty();
    Job next = rescuers.submitted(Lane.FIRST);
    assertThat(rescuers.runAll()).containsExactly(next.jobId());
  }

  @Test
  void aJobWhoseRecordHasLeftTheLogEndsInsteadOfWaitingForEver() throws Exception {
    Job job = rescuers.submitted(Lane.FIRST);
    rescuers.claimAll("worker-1");
    rescuers
        .log
        .admin
        .deleteRecords(
            Map.of(
                new TopicPartition(Lane.FIRST.topic(), 0),
                RecordsToDelete.beforeOffset(rescuers.log.progress.end(Lane.FIRST))))
        .all()
        .get(20, TimeUnit.SECONDS);
    awaitLapse();
    rescuers.reaper.rescueJobs();
    JobStatus ended = store.archive.find(job.jobId()).orElseThrow();
    assertThat(ended.state().wireName()).isEqualTo("failed");
    assertThat(ended.replyText()).contains("\"code\":500").contains("\"internal\"");
    assertThat(store.queueLength()).isZero();
    assertGivenUpOnce("record_gone");
  }

  @Test
  void aCompletionThatItsWorkerDidNotPublishIsPublishedWithTheSameBytes() throws Exception {
    Job job = finishedWithWebhook();
    rescuers.reaper.publishCompletions();
    assertThat(completionsOf(job)).as("its worker still may").isEmpty();

    makeOld(job);
    rescuers.reaper.publishCompletions();
    rescuers.reaper.publishCompletions();
    String body = store.archive.find(job.jobId()).orElseThrow().replyText();
    assertThat(completionsOf(job))
        .containsExactly(
            new Completion(job.jobId(), "owner", "https://a.example/", String.valueOf(body), null));
    assertThat(store.leases.unpublished(Duration.ZERO, 10)).isEmpty();
  }

  @Test
  void ofManyInstancesOneAtATimePublishesACompletion() {
    Job job = finishedWithWebhook();
    makeOld(job);
    assertThat(store.leases.unpublished(Duration.ofSeconds(10), 10)).containsExactly(job.jobId());
    assertThat(store.leases.unpublished(Duration.ofSeconds(10), 10)).isEmpty();
    // Whoever was told of it died: it is told again when the time is over.
    assertThat(store.leases.unpublished(Duration.ZERO, 10)).containsExactly(job.jobId());
  }

  @Test
  void aCompletionThatCannotBePublishedDoesNotHoldUpTheOthers() throws Exception {
    Job tooLarge = finishedWithWebhook();
    store
        .redis
        .opsForValue()
        .set("{millrace}:reply:" + tooLarge.jobId(), "x".repeat(Topics.MAX_COMPLETION_BYTES));
    makeOld(tooLarge);
    Job other = finishedWithWebhook();
    makeOld(other);
    rescuers.reaper.publishCompletions();
    assertThat(completionsOf(other)).hasSize(1);
    assertThat(store.leases.unpublished(Duration.ZERO, 10)).containsExactly(tooLarge.jobId());
  }

  private void assertGivenUpOnce(String reason) {
    rescuers.reaper.rescueJobs();
    assertThat(rescuers.count("millrace.jobs.given.up", "reason", reason)).isEqualTo(1);
    assertThat(rescuers.count("millrace.jobs.ended", "state", "failed")).isEqualTo(1);
  }

  private Job finishedWithWebhook() {
    Job job = store.accepted(Store.job("owner", "https://a.example/", null), OwnerLimits.NONE);
    store.finished(store.granted(job, "worker-1"));
    return job;
  }

  private void makeOld(Job job) {
    store.redis.opsForZSet().add("{millrace}:outbox", job.jobId().toString(), 1);
  }

  private void awaitLapse() {
    awaitLapse(1);
  }

  private void awaitLapse(int jobs) {
    await().atMost(10, TimeUnit.SECONDS).until(() -> store.leases.lapsed(100).size() == jobs);
  }

  private List<Completion> completionsOf(Job job) throws Exception {
    List<Completion> found = new ArrayList<>();
    UUID wanted = job.jobId();
    try (Consumer<byte[], byte[]> reader = rescuers.log.clients.reader()) {
      reader.assign(Set.of(COMPLETIONS));
      long end = reader.endOffsets(Set.of(COMPLETIONS)).getOrDefault(COMPLETIONS, 0L);
      reader.seekToBeginning(Set.of(COMPLETIONS));
      while (reader.position(COMPLETIONS) < end) {
        for (ConsumerRecord<byte[], byte[]> record : reader.poll(Duration.ofSeconds(1))) {
          Completion each = JobCodec.decodeCompletion(record.value());
          if (each.jobId().equals(wanted)) {
            found.add(each);
          }
        }
      }
    }
    return found;
  }
}
