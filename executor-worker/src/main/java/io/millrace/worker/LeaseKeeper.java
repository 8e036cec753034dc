package io.millrace.worker;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.millrace.job.AboutJob;
import io.millrace.store.JobLeases;
import io.millrace.store.JobLeases.Gone;
import io.millrace.store.JobLeases.Heard;
import io.millrace.store.JobLeases.WorkerCard;
import io.millrace.store.Lease;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the leases of the jobs that run here, some beats a lease, and kills the sandbox of a job
 * that is not this worker's any more. Thread-safe.
 */
final class LeaseKeeper {

  private static final Logger log = LoggerFactory.getLogger(LeaseKeeper.class);

  /** The cluster's count of slots, and the sign that a worker has died, are as old as a beat. */
  private static final long LONGEST_BETWEEN_BEATS_MILLIS = JobLeases.BEAT.toMillis();

  private record Held(Lease lease, Runnable kill) {}

  private final JobLeases leases;
  private final WorkerCard card;
  private final WaitingCounts waiting;
  private volatile IntSupplier slots = () -> 0;
  private final Map<UUID, Held> held = new ConcurrentHashMap<>();
  private final Counter lost;
  private final ScheduledExecutorService heart;
  private volatile boolean heard;

  LeaseKeeper(
      JobLeases leases,
      WorkerCard card,
      WaitingCounts waiting,
      Duration lease,
      MeterRegistry meters) {
    this(
        leases,
        card,
        waiting,
        lease,
        meters,
        Executors.newSingleThreadScheduledExecutor(LeaseKeeper::thread));
  }

  /** Beats when {@code heart} says so. */
  LeaseKeeper(
      JobLeases leases,
      WorkerCard card,
      WaitingCounts waiting,
      Duration lease,
      MeterRegistry meters,
      ScheduledExecutorService heart) {
    this.heart = heart;
    this.leases = leases;
    this.card = card;
    this.waiting = waiting;
    this.lost = meters.counter("millrace.leases.lost");
    meters.gaugeMapSize("millrace.worker.running", Tags.empty(), held);
    long every = Math.min(lease.toMillis() / 3, LONGEST_BETWEEN_BEATS_MILLIS);
    var unused = heart.scheduleWithFixedDelay(this::beat, 0, every, TimeUnit.MILLISECONDS);
  }

  private static Thread thread(Runnable beat) {
    Thread thread = new Thread(beat, "leases");
    thread.setDaemon(true);
    return thread;
  }

  /** From now on the cluster is told how many slots can take a job. */
  void countSlots(IntSupplier ready) {
    slots = ready;
  }

  /** Keeps a lease until it is let go; {@code kill} ends its sandbox from any thread. */
  void hold(Lease lease, Runnable kill) {
    held.put(lease.job().jobId(), new Held(lease, kill));
  }

  /** Lets go of this attempt; one that another slot holds by now stays. */
  void letGo(Lease lease) {
    held.computeIfPresent(
        lease.job().jobId(),
        (jobId, kept) -> kept.lease().attempt() == lease.attempt() ? null : kept);
  }

  /** Kills a job's sandbox, should it run here. */
  void kill(UUID jobId) {
    Held job = held.get(jobId);
    if (job != null) {
      try (var about = AboutJob.log(jobId)) {
        log.info("Job {} is not this worker's any more; its sandbox is killed", jobId);
      }
      job.kill().run();
    }
  }

  private void lose(Gone job) {
    if (!job.ended()) {
      lost.increment();
    }
    kill(job.jobId());
  }

  /** Kills every sandbox that still runs: the grace period is over. */
  void killAll() {
    held.values().forEach(job -> job.kill().run());
  }

  boolean isIdle() {
    return held.isEmpty();
  }

  /** Whether Redis took the last beat. */
  boolean isHeard() {
    return heard;
  }

  /** Leaves the cluster's count. */
  void signOff() {
    heart.shutdownNow();
    try {
      leases.signOff(card);
    } catch (RuntimeException | Error e) {
      log.info("Redis is away; this worker's card lapses by itself");
    }
  }

  private void beat() {
    try {
      Heard answer =
          leases.beat(
              card.with(slots.getAsInt()), held.values().stream().map(Held::lease).toList());
      waiting.hear(answer.firstWaiting(), answer.bulkWaiting());
      answer.gone().forEach(this::lose);
      heard = true;
    } catch (RuntimeException | Error e) {
      // An Error, too, must not end the beats of the jobs that run on.
      if (heard) {
        log.warn("Redis took no beat; leases lapse if this goes on: {}", e.getMessage());
      }
      heard = false;
    }
  }
}
