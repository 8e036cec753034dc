package io.millrace.gateway.queue;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.job.AboutJob;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.stereotype.Component;

/**
 * What Redis must hear of a job though its caller does not wait for that: that it was told 202, or
 * has gone. Made at once, and while Redis is away again at every beat (250 ms), until it is done or
 * this process ends. At most 10,000 are owed; what comes then is dropped with a warning.
 * Thread-safe.
 */
@Component
public final class OwedCalls {

  private static final Logger log = LoggerFactory.getLogger(OwedCalls.class);
  private static final Duration BEAT = Duration.ofMillis(250);
  private static final int MOST = 10_000;

  private record Owed(UUID jobId, String what, Runnable call) {}

  private final StoreCalls stores;
  private final ConcurrentLinkedQueue<Owed> owed = new ConcurrentLinkedQueue<>();
  private final AtomicInteger size = new AtomicInteger();

  OwedCalls(StoreCalls stores, TaskScheduler beats, MeterRegistry meters) {
    this.stores = stores;
    meters.gauge("millrace.calls.owed", size);
    beats.scheduleWithFixedDelay(this::makeOwed, BEAT);
  }

  /** Makes the call in another thread, as often as it takes; returns at once. */
  public void make(UUID jobId, String what, Runnable call) {
    try {
      stores.execute(
          () -> {
            try {
              call.run();
            } catch (DataAccessException e) {
              owe(jobId, what, call);
            }
          });
    } catch (RejectedExecutionException e) {
      owe(jobId, what, call);
    }
  }

  /** The call failed just now, or could not be made: it is made at the next beat. */
  public void owe(UUID jobId, String what, Runnable call) {
    try (var about = AboutJob.log(jobId)) {
      if (size.incrementAndGet() > MOST) {
        size.decrementAndGet();
        log.warn("Job {}: Redis will not hear that {}; too much is owed to it", jobId, what);
        return;
      }
      log.warn("Job {}: Redis could not hear that {}; it is told again", jobId, what);
      owed.add(new Owed(jobId, what, call));
    }
  }

  private void makeOwed() {
    for (Owed next = owed.peek(); next != null; next = owed.peek()) {
      try {
        next.call().run();
      } catch (DataAccessException e) {
        return;
      } catch (RuntimeException e) {
        log.error("Redis will not hear of job {} that {}", next.jobId(), next.what(), e);
      }
      owed.remove(next);
      size.decrementAndGet();
    }
  }
}
