package io.millrace.gateway.files;

import io.millrace.files.FileSettings;
import io.millrace.files.FileStore;
import io.millrace.files.FileStoreException;
import io.millrace.store.NeededFiles;
import io.millrace.store.NeededFiles.Release;
import java.time.Clock;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;
import org.springframework.stereotype.Component;
import reactor.core.Disposable;

/**
 * Deletes the files that nobody used for their time to live, but for those that a job reads which
 * has not ended. Each gateway sweeps; what another one deleted first is simply gone.
 */
@Component
final class FileSweeper {

  private static final Logger log = LoggerFactory.getLogger(FileSweeper.class);

  /** In a file's time to live: a file outlives it by no more than that part. */
  private static final int SWEEPS = 24;

  private final Clock clock = Clock.systemUTC();
  private final FileCalls files;
  private final NeededFiles needed;
  private final Duration ttl;

  FileSweeper(
      FileCalls files, NeededFiles needed, FileSettings settings, ThreadPoolTaskScheduler beats) {
    this.files = files;
    this.needed = needed;
    this.ttl = settings.ttl();
    files.store().ifPresent(store -> begin(store, beats));
  }

  private void begin(FileStore store, ThreadPoolTaskScheduler beats) {
    Duration pause = ttl.dividedBy(SWEEPS);
    beats.scheduleWithFixedDelay(
        () -> sweepOnAnotherThread(store), clock.instant().plus(pause), pause);
  }

  private Disposable sweepOnAnotherThread(FileStore store) {
    return files.movers().schedule(() -> sweep(store));
  }

  private void sweep(FileStore store) {
    try {
      long deleted =
          store.sweep(clock.instant().minus(ttl), fileId -> needed.release(fileId) != Release.FREE);
      if (deleted > 0) {
        log.info("{} files were not used for {} and are deleted", deleted, ttl);
      }
    } catch (FileStoreException e) {
      log.warn("The files are swept later, since their store failed: {}", e.getMessage());
    } catch (DataAccessException e) {
      log.warn("The files are swept later, since Redis did not say which are needed");
    } catch (IllegalStateException e) {
      log.debug("The files are swept by others, since this gateway stops: {}", e.getMessage());
    }
  }
}
