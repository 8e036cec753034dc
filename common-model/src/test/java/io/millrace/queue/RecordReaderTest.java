package io.millrace.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.job.ExecutionRequest;
import io.millrace.job.Job;
import io.millrace.testing.Log;
import io.millrace.testing.Store;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("services")
class RecordReaderTest {

  private final Log log = Log.drained();

  @AfterEach
  void close() {
    log.close();
  }

  @Test
  void aRecordIsReadByItsAddress() throws Exception {
    log.send(Lane.FIRST, Store.job("before"));
    Job job = Store.job("owner");
    RecordPointer pointer = log.send(Lane.FIRST, job);
    log.send(Lane.FIRST, Store.job("after"));
    assertThat(log.records.read(new JobRecord(job.jobId(), pointer)))
        .hasValue(JobCodec.encode(job));
  }

  @Test
  void anAddressThatNamesNoTopicIsFollowedToItsOwnJobToo() throws Exception {
    Job job = Store.job("owner");
    long offset = log.send(Lane.BULK, job).offset();
    RecordPointer old = RecordPointer.parse("bulk:" + offset).orElseThrow();
    assertThat(log.records.read(new JobRecord(job.jobId(), old))).isPresent();
    assertThat(log.records.read(new JobRecord(UUID.randomUUID(), old))).isEmpty();
  }

  @Test
  void anAddressInATopicThatIsGoneLeadsNowhere() throws Exception {
    Job job = Store.job("owner");
    RecordPointer pointer = log.send(Lane.FIRST, job);
    RecordPointer before = new RecordPointer(Lane.FIRST, "gone", pointer.offset());
    assertThat(log.records.read(new JobRecord(job.jobId(), before))).isEmpty();
  }

  @Test
  void anOffsetThatHasAnotherJobsRecordIsNotRead() throws Exception {
    RecordPointer pointer = log.send(Lane.FIRST, Store.job("owner"));
    assertThat(log.records.read(new JobRecord(UUID.randomUUID(), pointer))).isEmpty();
  }

  @Test
  void manyRecordsOfBothLanesAreReadAtOnce() throws Exception {
    Map<JobRecord, byte[]> sent = new HashMap<>();
    for (int i = 0; i < 50; i++) {
      Job job = Store.job("owner");
      RecordPointer address = log.send(i % 2 == 0 ? Lane.FIRST : Lane.BULK, job);
      sent.put(new JobRecord(job.jobId(), address), JobCodec.encode(job));
    }
    List<JobRecord> wanted = new ArrayList<>(sent.keySet());
    RecordPointer beyond =
        new RecordPointer(Lane.BULK, log.topics.now(Lane.BULK.topic()), Long.MAX_VALUE);
    wanted.add(new JobRecord(UUID.randomUUID(), beyond));
    Map<JobRecord, byte[]> found = new HashMap<>();
    log.records.readEach(wanted, found::put);
    assertThat(found).containsOnlyKeys(sent.keySet());
    assertThat(found)
        .allSatisfy((pointer, bytes) -> assertThat(bytes).isEqualTo(sent.get(pointer)));
  }

  @Test
  void whatComesWhileItReadsIsPassedOver() throws Exception {
    Job job = Store.job("owner");
    RecordPointer pointer = log.send(Lane.FIRST, job);
    RecordReader reader = new RecordReader(this::oneBehindTheLogsEnd, log.topics);
    assertThat(reader.read(new JobRecord(job.jobId(), pointer))).hasValue(JobCodec.encode(job));
  }

  /** For it another job comes as soon as it has been told where the lane ends. */
  @SuppressWarnings("unchecked")
  private Consumer<byte[], byte[]> oneBehindTheLogsEnd() {
    Consumer<byte[], byte[]> real = log.clients.reader();
    return (Consumer<byte[], byte[]>)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {Consumer.class},
            (proxy, method, arguments) -> {
              Object answer = method.invoke(real, arguments);
              if (method.getName().equals("endOffsets")) {
                log.send(Lane.FIRST, Store.job("later"));
              }
              return answer;
            });
  }

  @Test
  void aRecordThatTheLogLetGoOfIsEmptyAtOnce() throws Exception {
    Job first = Store.job("owner");
    RecordPointer gone = log.send(Lane.FIRST, first);
    Job second = Store.job("owner");
    RecordPointer kept = log.send(Lane.FIRST, second);
    log.admin
        .deleteRecords(
            Map.of(
                new TopicPartition(Lane.FIRST.topic(), 0),
                RecordsToDelete.beforeOffset(kept.offset())))
        .all()
        .get(20, TimeUnit.SECONDS);
    assertThat(log.records.read(new JobRecord(first.jobId(), gone))).isEmpty();
    assertThat(log.records.read(new JobRecord(second.jobId(), kept))).isPresent();
  }

  @Test
  void aBrokerThatDoesNotAnswerIsNotTakenForARecordThatIsGone() {
    RecordReader nowhere = new RecordReader(Log.clients("127.0.0.1:1")::reader, log.topics);
    RecordPointer somewhere = RecordPointer.parse("first:1").orElseThrow();
    assertThatThrownBy(() -> nowhere.read(new JobRecord(UUID.randomUUID(), somewhere)))
        .isInstanceOf(LogAwayException.class);
  }

  @Test
  void aScanShowsEachRecordFromItsStartInOrder() throws Exception {
    List<RecordPointer> sent = new ArrayList<>();
    for (int i = 0; i < 700; i++) {
      sent.add(log.send(Lane.BULK, Store.job("owner")));
    }
    List<RecordPointer> seen = new ArrayList<>();
    log.records.scan(Lane.BULK, sent.get(10).offset(), (pointer, bytes) -> seen.add(pointer));
    assertThat(seen).isEqualTo(sent.subList(10, 700));
    List<RecordPointer> recent = new ArrayList<>();
    log.records.scanSince(
        Lane.BULK, System.currentTimeMillis() - 60_000, (pointer, bytes) -> recent.add(pointer));
    assertThat(recent).containsAll(sent);
    log.records.scanSince(
        Lane.BULK,
        System.currentTimeMillis() + Duration.ofHours(1).toMillis(),
        (pointer, bytes) -> {
          throw new AssertionError("nothing is from the future");
        });
  }

  @Test
  void aFailureToSendIsInTheFuture() {
    byte[] tooLarge = new byte[Topics.MAX_RECORD_BYTES + 1];
    assertThatThrownBy(() -> log.queue.enqueue(Lane.FIRST, tooLarge).get(10, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasRootCauseInstanceOf(RecordTooLargeException.class);
    byte[] absurd = new byte[Topics.MAX_COMPLETION_BYTES + 1];
    assertThat(log.queue.enqueue(Lane.FIRST, absurd)).failsWithin(Duration.ofSeconds(10));
  }

  @Test
  void theLargestJobAndTheLargestCompletionFit() throws Exception {
    Job job =
        new Job(
            UUID.randomUUID(),
            "owner",
            new ExecutionRequest("\"".repeat(1 << 20), 1, null, null),
            1,
            null,
            null);
    assertThat(log.records.read(new JobRecord(job.jobId(), log.send(Lane.FIRST, job))))
        .hasValue(JobCodec.encode(job));
    String body = "\u0001".repeat(2_000_000);
    assertThat(
            log.queue.complete(
                new Completion(UUID.randomUUID(), "owner", "https://a.example/", body, null)))
        .succeedsWithin(Duration.ofSeconds(20));
  }
}
