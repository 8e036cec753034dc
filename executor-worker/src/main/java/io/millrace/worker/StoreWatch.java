package io.millrace.worker;

import io.millrace.store.StoreMemory;
import io.millrace.store.StoreMemory.Reading;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/**
 * Looks once a second whether Redis has room for one more job's reply: when it has not, this worker
 * starts none, and ends those that run. Thread-safe.
 */
final class StoreWatch implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(StoreWatch.class);
  private static final long BEAT_MILLIS = 1000;

  private final StoreMemory memory;
  private final ScheduledExecutorService beats =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "store-watch");
            thread.setDaemon(true);
            return thread;
          });
  private volatile Reading last = Reading.UNKNOWN;

  StoreWatch(StoreMemory memory) {
    this.memory = memory;
    var unused = beats.scheduleWithFixedDelay(this::look, 0, BEAT_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** Whether a job may be started. */
  boolean hasRoom() {
    return last.claims();
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
    } catch (DataAccessException e) {
      log.debug("Redis did not say how full it is; asked again at the next beat");
    }
  }

  @Override
  public void close() {
    beats.shutdownNow();
  }
}
