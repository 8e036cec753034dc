package io.millrace.rescue;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.job.Job;
import io.millrace.queue.Completion;
import io.millrace.queue.Lane;
import io.millrace.queue.Topics;
import io.millrace.store.Admission.Admitted;
import io.millrace.store.Admission.Refusal;
import io.millrace.store.Admission.Refused;
import io.millrace.store.AdmissionGate.OwnerLimits;
import io.millrace.store.JobLeases.Granted;
import io.millrace.store.Lease;
import io.millrace.store.ShortMemory;
import io.millrace.testing.Store;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("services")
class RebuilderTest {

  private final Rescuers rescuers = Rescuers.withoutGrace();
  private final Store store = rescuers.store;

  @AfterEach
  void close() {
    rescuers.close();
  }

  @Test
  void theGateIsShutUntilTheLanesOfAnEmptiedRedisAreWholeAgain() throws Exception {
    List<UUID> waiting = new ArrayList<>();
    for (int i = 0; i < 450; i++) {
      waiting.add(rescuers.submitted(i < 400 ? Lane.FIRST : Lane.BULK).jobId());
    }
    store.flush();
    assertThat(store.admit(Store.job("owner"))).isEqualTo(new Refused(Refusal.REBUILDING));
    assertThat(store.gauge.read().whole()).isFalse();

    rescuers.rebuilder().rebuildIfNeeded(store.repair.look());

    assertThat(store.gauge.read().whole()).isTrue();
    assertThat(rescuers.count("millrace.queue.rebuilt")).isEqualTo(1);
    assertThat(store.gauge.read().firstWaiting()).isEqualTo(400);
    assertThat(store.gauge.read().bulkWaiting()).isEqualTo(50);
    assertThat(store.archive.find(waiting.get(0)).orElseThrow().id()).isEqualTo("id-1");
    assertThat(store.admit(Store.job("owner"))).isInstanceOf(Admitted.class);
    assertThat(rescuers.runAll()).isEqualTo(waiting);
  }

  @Test
  void garbageInALaneDoesNotStopTheRebuilding() throws Exception {
    rescuers
        .log
        .queue
        .enqueue(Lane.FIRST, "{".getBytes(StandardCharsets.UTF_8))
        .get(10, TimeUnit.SECONDS);
    Job job = rescuers.submitted(Lane.FIRST);
    store.flush();
    rescuers.rebuilder().rebuildIfNeeded(store.repair.look());
    assertThat(store.state(job.jobId())).isEqualTo("queued");
  }

  @Test
  void whatRanAndEndedIsNotInTheLanesAgain() throws Exception {
    rescuers.submitted(Lane.FIRST);
    rescuers.runAll();
    store.flush();
    rescuers.rebuilder().rebuildIfNeeded(store.repair.look());
    assertThat(store.queueLength()).isZero();
  }

  @Test
  void aJobThatEndedWhileAnOlderOneRanIsDroppedAgainAndDoesNotRunTwice() throws Exception {
    Job slow = rescuers.submitted(Lane.FIRST);
    Job quick = rescuers.submitted(Lane.FIRST);
    try (ShareConsumer<byte[], byte[]> one =
            rescuers.log.clients.shareConsumer(Topics.WORKERS, 100);
        ShareConsumer<byte[], byte[]> two =
            rescuers.log.clients.shareConsumer(Topics.WORKERS, 100)) {
      one.subscribe(List.of(Lane.FIRST.topic()));
      ConsumerRecord<byte[], byte[]> slowRecord = next(one);
      Lease slowLease =
          ((Granted) store.leases.claim(slow, Store.at(slowRecord.offset()), "worker-1")).lease();
      two.subscribe(List.of(Lane.FIRST.topic()));
      ConsumerRecord<byte[], byte[]> quickRecord = next(two);
      store.finished(
          ((Granted) store.leases.claim(quick, Store.at(quickRecord.offset()), "worker-2"))
              .lease());
      two.acknowledge(quickRecord, AcknowledgeType.ACCEPT);
      two.commitSync(Duration.ofSeconds(5));

      store.flush();
      rescuers.rebuilder().rebuildIfNeeded(store.repair.look());
      assertThat(store.queueLength()).isEqualTo(2);
      store.leases.beat(Store.card("worker-1", 1), List.of(slowLease));
      rescuers.reconciler.settle();
      assertThat(store.state(quick.jobId())).as("who knows yet").isEqualTo("queued");

      store.finished(slowLease);
      one.acknowledge(slowRecord, AcknowledgeType.ACCEPT);
      one.commitSync(Duration.ofSeconds(5));
    }
    rescuers.reconciler.settle();
    assertThat(store.queueLength()).isZero();
    assertThat(store.state(quick.jobId())).isEqualTo("none");
    assertThat(rescuers.runAll()).isEmpty();
    assertThat(store.state(slow.jobId())).isEqualTo("succeeded");
  }

  @Test
  void heldJobsSurviveAnEmptiedRedisThoughManyRebuildIt() throws Exception {
    OwnerLimits one = new OwnerLimits(0, 1, 0);
    List<UUID> held = new ArrayList<>();
    Job running = store.accepted(Store.job("owner"), one);
    rescuers.log.send(Lane.FIRST, running);
    for (int i = 0; i < 3; i++) {
      Job job = store.accepted(Store.job("owner"), one);
      rescuers.log.send(Lane.FIRST, job);
      held.add(job.jobId());
    }
    Lease lease = rescuers.claimAll("worker-1").get(0);
    List<Rebuilder> instances =
        List.of(rescuers.rebuilder(), rescuers.rebuilder(), rescuers.rebuilder());
    store.repair.begin("test", Duration.ofSeconds(30));
    store.repair.end("test");
    instances.forEach(each -> each.rebuildIfNeeded(store.repair.look()));

    store.flush();
    instances.forEach(each -> each.rebuildIfNeeded(store.repair.look()));
    store.leases.beat(Store.card("worker-1", 1), List.of(lease));
    store.finished(lease);
    assertThat(rescuers.runAll()).containsExactlyInAnyOrderElementsOf(held);
  }

  @Test
  void aRedisThatForgotItsLastWritesLearnsThemFromTheLogWithAnOpenGate() throws Exception {
    Job known = rescuers.submitted(Lane.FIRST);
    Job forgotten = rescuers.submitted(Lane.FIRST);
    rescuers.rebuilder().rebuildIfNeeded(store.repair.look());
    store.redis.opsForZSet().remove("{millrace}:lane:first", forgotten.jobId().toString());
    store.redis.delete("{millrace}:job:" + forgotten.jobId());
    store.redis.opsForValue().set("{millrace}:server", "an earlier start of Redis");
    assertThat(store.admit(Store.job("other"))).isInstanceOf(Admitted.class);

    assertThat(store.repair.isNeeded()).isTrue();
    rescuers.rebuilder().rebuildIfNeeded(store.repair.look());

    assertThat(store.repair.isNeeded()).isFalse();
    assertThat(store.archive.find(forgotten.jobId())).isPresent();
    assertThat(rescuers.runAll()).containsExactly(known.jobId(), forgotten.jobId());
  }

  @Test
  void theFirstCompletionInTheLogIsWrittenBackAndItsJobDoesNotRunAgain() throws Exception {
    rescuers.rebuilder().rebuildIfNeeded(store.repair.look());
    Job job = store.accepted(Store.job("owner", "https://a.example/", null), OwnerLimits.NONE);
    rescuers.log.send(Lane.FIRST, job);
    String first = store.finished(store.granted(job, "worker-1")).body();
    String second = first.replaceFirst("\"total_time\":[0-9.]+", "\"total_time\":9.125");
    for (String body : List.of(first, second)) {
      rescuers
          .log
          .queue
          .complete(new Completion(job.jobId(), "owner", "https://a.example/", body, null))
          .get(10, TimeUnit.SECONDS);
    }
    store.redis.delete("{millrace}:job:" + job.jobId());
    store.redis.delete("{millrace}:ended:" + job.jobId());
    store.redis.delete("{millrace}:outbox");
    store.redis.opsForValue().set("{millrace}:server", "an earlier start of Redis");

    rescuers.rebuilder().rebuildIfNeeded(store.repair.look());
    assertThat(store.archive.find(job.jobId()).orElseThrow().replyText()).isEqualTo(first);
    assertThat(rescuers.runAll()).isEmpty();
  }

  @Test
  void aJobWhoseWorkerDiedWhenRedisWasEmptiedRunsOnceItsWorkerHasHadItsTime() throws Exception {
    long[] clock = {0};
    Rebuilder rebuilder = patient(clock);
    rebuilder.rebuildIfNeeded(store.repair.look());
    Job noted = rescuers.submitted(Lane.FIRST);
    Job alive = rescuers.submitted(Lane.BULK);
    List<Lease> leases = rescuers.claimAll("worker-1");
    rebuilder.noteClaimed();
    Job claimedSince = rescuers.submitted(Lane.FIRST);
    rescuers.claimAll("worker-2");

    store.flush();
    rebuilder.rebuildIfNeeded(store.repair.look());
    assertThat(store.repair.isNeeded()).isFalse();
    assertThat(store.state(noted.jobId())).as("known meanwhile").isEqualTo("queued");
    store.leases.beat(
        Store.card("worker-1", 1),
        leases.stream().filter(each -> each.job().jobId().equals(alive.jobId())).toList());
    rebuilder.rebuildIfNeeded(store.repair.look());
    assertThat(rescuers.runAll()).as("its worker may live").isEmpty();
    clock[0] = Duration.ofSeconds(7).toNanos();
    rebuilder.rebuildIfNeeded(store.repair.look());
    assertThat(rescuers.runAll()).containsExactlyInAnyOrder(noted.jobId(), claimedSince.jobId());
    assertThat(store.state(alive.jobId())).isEqualTo("running");
  }

  @Test
  void whatEndedLongAfterTheLastNoteDoesNotRunAgain() throws Exception {
    long[] clock = {0};
    Rebuilder rebuilder = patient(clock);
    rebuilder.rebuildIfNeeded(store.repair.look());
    rescuers.submitted(Lane.FIRST);
    List<Lease> leases = rescuers.claimAll("worker-1");
    rebuilder.noteClaimed();
    rescuers.submitted(Lane.FIRST);
    leases.addAll(rescuers.claimAll("worker-2"));
    leases.forEach(store::finished);
    // The log is away, so that nothing is noted, while Redis is seen as it was.
    clock[0] = Duration.ofSeconds(20).toNanos();
    rebuilder.rebuildIfNeeded(store.repair.look());

    store.flush();
    rebuilder.rebuildIfNeeded(store.repair.look());
    clock[0] = Duration.ofSeconds(40).toNanos();
    rebuilder.rebuildIfNeeded(store.repair.look());
    assertThat(rescuers.runAll()).isEmpty();
  }

  @Test
  void aJobThatWasDroppedWhileItsWorkerHadTimeRunsAllTheSame() throws Exception {
    long[] clock = {0};
    Rebuilder rebuilder = patient(clock);
    rebuilder.rebuildIfNeeded(store.repair.look());
    Job job = rescuers.submitted(Lane.FIRST);
    rescuers.claimAll("worker-1");
    rebuilder.noteClaimed();
    store.flush();
    rebuilder.rebuildIfNeeded(store.repair.look());
    rescuers.reconciler.settle();
    rescuers.reconciler.settle();
    assertThat(store.state(job.jobId())).isEqualTo("none");
    clock[0] = Duration.ofSeconds(7).toNanos();
    rebuilder.rebuildIfNeeded(store.repair.look());
    assertThat(rescuers.runAll()).containsExactly(job.jobId());
  }

  @Test
  void whatEndedBehindAHeldUpRecordDoesNotRunAgain() throws Exception {
    long[] clock = {0};
    Rebuilder rebuilder = patient(clock);
    rebuilder.rebuildIfNeeded(store.repair.look());
    rescuers.submitted(Lane.FIRST);
    Job quick = rescuers.submitted(Lane.FIRST);
    try (ShareConsumer<byte[], byte[]> one =
            rescuers.log.clients.shareConsumer(Topics.WORKERS, 100);
        ShareConsumer<byte[], byte[]> two =
            rescuers.log.clients.shareConsumer(Topics.WORKERS, 100)) {
      one.subscribe(List.of(Lane.FIRST.topic()));
      ConsumerRecord<byte[], byte[]> heldUp = next(one);
      two.subscribe(List.of(Lane.FIRST.topic()));
      ConsumerRecord<byte[], byte[]> quickRecord = next(two);
      store.finished(store.granted(quick, "worker-2"));
      two.acknowledge(quickRecord, AcknowledgeType.ACCEPT);
      two.commitSync(Duration.ofSeconds(5));
      rebuilder.noteClaimed();
      rebuilder.noteClaimed();
      one.acknowledge(heldUp, AcknowledgeType.ACCEPT);
      one.commitSync(Duration.ofSeconds(5));
    }
    store.flush();
    rebuilder.rebuildIfNeeded(store.repair.look());
    clock[0] = Duration.ofSeconds(7).toNanos();
    rebuilder.rebuildIfNeeded(store.repair.look());
    assertThat(rescuers.runAll()).isEmpty();
  }

  private Rebuilder patient(long[] clock) {
    return new Rebuilder(
        store.repair,
        rescuers.log.progress,
        rescuers.log.records,
        rescuers.requeuer,
        new ShortMemory(),
        new Rebuilder.Times(Duration.ZERO, Duration.ofSeconds(7)),
        () -> clock[0],
        rescuers.meters);
  }

  @Test
  void theOthersHaveTheirTimeBeforeTheLanesCountAsWhole() throws Exception {
    rescuers.rebuilder().rebuildIfNeeded(store.repair.look());
    Job job = rescuers.submitted(Lane.FIRST);
    store.redis.delete("{millrace}:job:" + job.jobId());
    store.redis.delete("{millrace}:lane:first");
    store.redis.opsForValue().set("{millrace}:server", "an earlier start of Redis");
    long[] clock = {0};
    Rebuilder rebuilder =
        new Rebuilder(
            store.repair,
            rescuers.log.progress,
            rescuers.log.records,
            rescuers.requeuer,
            new ShortMemory(),
            new Rebuilder.Times(Duration.ofSeconds(2), Duration.ZERO),
            () -> clock[0],
            rescuers.meters);
    rebuilder.rebuildIfNeeded(store.repair.look());
    rebuilder.rebuildIfNeeded(store.repair.look());
    assertThat(store.state(job.jobId())).isEqualTo("queued");
    assertThat(store.repair.isNeeded()).isTrue();
    clock[0] = Duration.ofSeconds(2).toNanos();
    rebuilder.rebuildIfNeeded(store.repair.look());
    assertThat(store.repair.isNeeded()).isFalse();
  }

  @Test
  void theGateStaysShutWhenRedisIsEmptiedOnceMoreInBetween() {
    store.flush();
    assertThat(store.repair.begin("one", Duration.ofSeconds(30))).isTrue();
    assertThat(store.repair.begin("two", Duration.ofSeconds(30))).isFalse();
    store.flush();
    assertThat(store.repair.end("one")).isFalse();
    assertThat(store.admit(Store.job("owner"))).isEqualTo(new Refused(Refusal.REBUILDING));
    assertThat(store.repair.begin("two", Duration.ofSeconds(30))).isTrue();
    assertThat(store.repair.end("two")).isTrue();
    assertThat(store.admit(Store.job("owner"))).isInstanceOf(Admitted.class);
  }

  private static ConsumerRecord<byte[], byte[]> next(ShareConsumer<byte[], byte[]> worker) {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (System.nanoTime() < deadline) {
      for (ConsumerRecord<byte[], byte[]> record : worker.poll(Duration.ofMillis(300))) {
        return record;
      }
    }
    throw new AssertionError("no record came");
  }
}
