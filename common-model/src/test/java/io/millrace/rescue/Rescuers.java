package io.millrace.rescue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.job.Job;
import io.millrace.queue.Lane;
import io.millrace.queue.LogCut;
import io.millrace.queue.QueueSettings;
import io.millrace.queue.RecordPointer;
import io.millrace.store.JobEnds;
import io.millrace.store.JobLeases.Granted;
import io.millrace.store.Lease;
import io.millrace.store.NeededRecords;
import io.millrace.store.ShortMemory;
import io.millrace.testing.Log;
import io.millrace.testing.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Those who rescue, on one store and one log, and a worker that runs what it is granted. */
final class Rescuers implements AutoCloseable {

  final Store store;
  final Log log = Log.drained();
  final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  final Requeuer requeuer;
  final Reaper reaper;
  final Reconciler reconciler;
  final LastResort lastResort;

  Rescuers(Store store, Duration sendGrace) {
    this.store = store;
    lastResort =
        new LastResort(
            store.leases,
            store.archive,
            Store.SPEAKER,
            new JobEnds(store.redis, Store.SETTINGS, new ShortMemory(), meters));
    requeuer = new Requeuer(log.records, log.queue, lastResort, meters);
    reaper =
        new Reaper(
            store.leases, store.archive, log.queue, log.replies, requeuer, lastResort, meters);
    reconciler =
        new Reconciler(
            store.repair,
            log.progress,
            log.topics,
            log.records,
            requeuer,
            lastResort,
            meters,
            sendGrace);
  }

  static Rescuers withoutGrace() {
    return new Rescuers(Store.fresh(Store.settings(0, Duration.ofSeconds(1))), Duration.ZERO);
  }

  Rebuilder rebuilder() {
    return new Rebuilder(store.repair, log.progress, log.records, requeuer, meters);
  }

  /** Lets go at once. */
  Trimmer trimmer(QueueSettings settings) {
    return new Trimmer(
        new NeededRecords(store.redis),
        log.progress,
        new LogCut(log.admin),
        settings,
        new Trimmer.Grace(Duration.ZERO, Duration.ZERO, Duration.ZERO));
  }

  /** Admitted to that lane. */
  Job accepted(Lane lane) {
    Job job = store.accepted("owner");
    String id = job.jobId().toString();
    for (Lane each : Lane.values()) {
      store.redis.opsForZSet().remove("{millrace}:lane:" + each.wireName(), id);
    }
    store.redis.opsForZSet().add("{millrace}:lane:" + lane.wireName(), id, job.acceptedAt());
    store.redis.opsForHash().put("{millrace}:job:" + id, "lane", lane.wireName());
    return job;
  }

  /** Admitted and enqueued. */
  Job submitted(Lane lane) throws Exception {
    Job job = accepted(lane);
    log.send(lane, job);
    return job;
  }

  /** Runs what the lanes have to the end; answers the jobs that ran. */
  List<UUID> runAll() {
    List<UUID> ran = new ArrayList<>();
    log.work(
        (job, record) -> {
          if (store.leases.claim(job, record, "worker-1") instanceof Granted granted) {
            store.finished(granted.lease());
            ran.add(job.jobId());
          }
        });
    return ran;
  }

  /** Claims the jobs of the lanes, and is done with their records. */
  List<Lease> claimAll(String worker) {
    List<Lease> leases = new ArrayList<>();
    log.work(
        (job, record) -> {
          if (store.leases.claim(job, record, worker) instanceof Granted granted) {
            leases.add(granted.lease());
          }
        });
    return leases;
  }

  /** A worker takes the records, and Redis never hears of it. */
  void takeAndForget() {
    log.work((Job job, RecordPointer record) -> {});
  }

  double count(String meter, String... tags) {
    return meters.counter(meter, tags).count();
  }

  @Override
  public void close() {
    log.close();
  }
}
