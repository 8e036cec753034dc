package io.millrace.worker;

import io.millrace.store.EvictionPolicy;
import io.millrace.store.StoreMemory;
import io.millrace.store.StoreMemory.Reading;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;

/**
 * Looks once a second whether Redis is there, keeps what it is told, and has room for one more
 * job's reply: when it is away or full, this worker asks for no record, and ends those jobs that
 * run. Thread-safe.
 */
final class StoreWatch implements SmartLifecycle {

  private static final Logger log = LoggerFactory.getLogger(StoreWatch.class);
  private static final long BEAT_MILLIS = 1000;
  private static final long LAST_LOOK_SECONDS = 5;
  private static final int BEFORE_REDIS_STOPS = 2;

  private final StoreMemory memory;
  private final EvictionPolicy eviction;
  private final ScheduledExecutorService beats =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "store-watch");
            thread.setDaemon(true);
            return thread;
          });
  private volatile Reading last = Reading.UNKNOWN;
  private volatile boolean isThere;
  private volatile boolean running;

  StoreWatch(StoreMemory memory, EvictionPolicy eviction) {
    this.memory = memory;
    this.eviction = eviction;
  }

  /** Whether a job may be started. */
  boolean takesJobs() {
    return isThere && last.claims();
  }

  /** A call to Redis has failed: no job is started until it is seen to be there. */
  void isAway() {
    isThere = false;
  }

  private void look() {
    try {
      Reading now = memory.read();
      if (last.claims() != now.claims()) {
        log.warn(
            now.claims()
                ? "Redis has room again ({} of {} bytes used); jobs are started"
                : "Redis uses {} of {} bytes: no job is started until results have expired",
            now.used(),
            now.most());
      }
      last = now;
      eviction.look();
      isThere = true;
    } catch (DataAccessException e) {
      isThere = false;
      log.debug("Redis would take no claim; asked again at the next beat: {}", e.getMessage());
    } catch (RuntimeException | Error e) {
      isThere = false;
      log.error("Cannot look at Redis; looked again at the next beat", e);
    }
  }

  @Override
  public void start() {
    running = true;
    var unused = beats.scheduleWithFixedDelay(this::look, 0, BEAT_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** Returns when the last look is over, before the connections to Redis end. */
  @Override
  public void stop() {
    running = false;
    beats.shutdown();
    try {
      if (!beats.awaitTermination(LAST_LOOK_SECONDS, TimeUnit.SECONDS)) {
        log.debug("The last look at Redis goes on while this worker ends");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  @Override
  public int getPhase() {
    return BEFORE_REDIS_STOPS;
  }
}
