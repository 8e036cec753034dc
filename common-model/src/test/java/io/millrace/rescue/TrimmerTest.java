package io.millrace.rescue;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.job.Job;
import io.millrace.job.Reply;
import io.millrace.job.ReplyBody;
import io.millrace.queue.JobRecord;
import io.millrace.queue.Lane;
import io.millrace.queue.QueueSettings;
import io.millrace.queue.Topics;
import io.millrace.store.AdmissionGate.OwnerLimits;
import io.millrace.store.Lease;
import io.millrace.testing.Store;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

@Tag("services")
class TrimmerTest {

  private static final String KEPT_SINCE = "{millrace}:kept:since";

  private final Rescuers rescuers = Rescuers.withoutGrace();

  @AfterEach
  void close() {
    rescuers.close();
  }

  @Test
  void whatNobodyNeedsIsGoneAndWhatWaitsIsNot() throws Exception {
    JobRecord expired = ended();
    resultsExpire();
    trim(Store.SETTINGS);
    assertThat(rescuers.log.records.read(expired)).isEmpty();
    Job waiting = rescuers.submitted(Lane.FIRST);
    trim(Store.SETTINGS);
    assertThat(rescuers.runAll()).containsExactly(waiting.jobId());
  }

  @Test
  void aRunningJobsRecordStays() throws Exception {
    rescuers.submitted(Lane.FIRST);
    Lease lease = rescuers.claimAll("worker-1").get(0);
    ended();
    resultsExpire();
    trim(Store.SETTINGS);
    assertThat(rescuers.log.records.read(recordOf(lease))).isPresent();
  }

  @Test
  void aHeldJobsRecordStays() throws Exception {
    OwnerLimits one = new OwnerLimits(0, 1, 0);
    rescuers.log.send(Lane.FIRST, rescuers.store.accepted(Store.job("owner"), one));
    JobRecord held = sent(rescuers.store.accepted(Store.job("owner"), one));
    Lease running = rescuers.claimAll("worker-1").get(0);
    rescuers.store.finished(running);
    rescuers.store.redis.opsForSet().add("{millrace}:owner:owner:running", "another");
    resultsExpire();
    trim(Store.SETTINGS);
    assertThat(rescuers.log.records.read(held)).isPresent();
  }

  @Test
  void anEndedJobsRecordStaysForAsLongAsItsResult() throws Exception {
    JobRecord kept = ended();
    trim(Store.SETTINGS);
    assertThat(rescuers.log.records.read(kept)).isPresent();
    resultsExpire();
    trim(Store.SETTINGS);
    assertThat(rescuers.log.records.read(kept)).isEmpty();
  }

  @Test
  void aLogThatIsTooLargeLetsGoOfEndedJobsButNotOfRunningOnes() throws Exception {
    JobRecord ended = ended();
    rescuers.submitted(Lane.FIRST);
    Lease running = rescuers.claimAll("worker-1").get(0);
    fill(2);
    trim(withMaxBytes("1MB"));
    assertThat(rescuers.log.records.read(ended)).isEmpty();
    assertThat(rescuers.log.records.read(recordOf(running))).isPresent();
  }

  @Test
  void whileTheLanesAreRebuiltNothingGoes() throws Exception {
    JobRecord ended = ended();
    rescuers.store.flush();
    trim(Store.SETTINGS);
    assertThat(rescuers.log.records.read(ended)).isPresent();
  }

  @Test
  void ofManyWhoTrimOneDoes() throws Exception {
    rescuers.trimmer(Store.SETTINGS).trim();
    JobRecord expired = ended();
    resultsExpire();
    rescuers.trimmer(Store.SETTINGS).trim();
    assertThat(rescuers.log.records.read(expired)).as("not within the same minute").isPresent();
  }

  @Test
  void aReplyInTheLogStaysForAsLongAsItsResult() throws Exception {
    Lease lease = rescuers.store.running("owner");
    UUID jobId = lease.job().jobId();
    Reply reply = Store.success(lease.job());
    rescuers.log.replies.write(UUID.randomUUID(), reply).get(20, TimeUnit.SECONDS);
    String kept = rescuers.log.replies.write(jobId, reply).get(20, TimeUnit.SECONDS);
    rescuers.store.leases.finish(lease, reply, kept, Duration.ZERO);
    trim(Store.SETTINGS);
    assertThat(kept).endsWith(":" + beginning(Topics.REPLIES));
    ReplyBody body =
        Objects.requireNonNull(rescuers.store.archive.find(jobId).orElseThrow().reply());
    assertThat(rescuers.log.replies.read(jobId, body)).isPresent();
    rescuers.store.redis.delete("{millrace}:kept:replies");
    trim(Store.SETTINGS);
    assertThat(rescuers.log.replies.read(jobId, body)).isEmpty();
  }

  /** The address of a job that has run to its end. */
  private JobRecord ended() throws Exception {
    JobRecord record = sent(rescuers.store.accepted("owner"));
    rescuers.runAll();
    return record;
  }

  private JobRecord sent(Job job) throws Exception {
    return new JobRecord(job.jobId(), rescuers.log.send(Lane.FIRST, job));
  }

  private static JobRecord recordOf(Lease lease) {
    return new JobRecord(lease.job().jobId(), lease.record());
  }

  private void resultsExpire() {
    rescuers.store.redis.delete(KEPT_SINCE);
  }

  /** Records that no job of Redis knows of, and that are done with. */
  private void fill(int megabytes) throws Exception {
    for (int i = 0; i < megabytes; i++) {
      rescuers.log.queue.enqueue(Lane.BULK, new byte[1 << 20]).get(20, TimeUnit.SECONDS);
    }
    rescuers.log.drain();
  }

  private void trim(QueueSettings settings) {
    rescuers.store.redis.delete("{millrace}:trim");
    rescuers.trimmer(settings).trim();
  }

  private static QueueSettings withMaxBytes(String size) {
    return new Binder(new MapConfigurationPropertySource(Map.of("millrace.queue.max-bytes", size)))
        .bindOrCreate("millrace.queue", QueueSettings.class);
  }

  private long beginning(String topic) throws Exception {
    TopicPartition partition = new TopicPartition(topic, 0);
    return rescuers
        .log
        .admin
        .listOffsets(Map.of(partition, OffsetSpec.earliest()))
        .partitionResult(partition)
        .get(20, TimeUnit.SECONDS)
        .offset();
  }
}
