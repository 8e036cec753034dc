package io.millrace.gateway.files;

import io.millrace.files.FileSettings;
import io.millrace.files.FileStore;
import io.millrace.files.StoredFile;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Calls the store of files, where there is one, on threads of its own: those that move bytes, which
 * an upload holds for as long as its bytes come, and those that do not. A call that finds all
 * threads and the queue before them taken fails with {@link
 * java.util.concurrent.RejectedExecutionException}.
 */
@Component
@EnableConfigurationProperties(FileSettings.class)
final class FileCalls implements AutoCloseable {

  private static final int MOVERS = 32;
  private static final int CALLERS = 8;
  private static final int WAITING = 256;

  /** In a file's time to live: a use is noted no more often than that. */
  private static final int RENEWALS = 24;

  private final Clock clock = Clock.systemUTC();
  private final @Nullable FileStore store;
  private final Duration ttl;
  private final Scheduler movers =
      Schedulers.newBoundedElastic(MOVERS, WAITING, "files-moved", 60, true);
  private final Scheduler callers =
      Schedulers.newBoundedElastic(CALLERS, WAITING, "files", 60, true);

  FileCalls(FileSettings settings) {
    this.store = settings.open(clock).orElse(null);
    this.ttl = settings.ttl();
  }

  /** Empty where there is no store. */
  Optional<FileStore> store() {
    return Optional.ofNullable(store);
  }

  /** Finds a file for its bytes, which renews it where its last use is a while ago. */
  Mono<Optional<StoredFile>> use(FileStore there, String owner, String fileId) {
    return run(() -> used(there, owner, fileId));
  }

  /** The same, in the thread that asks. */
  Optional<StoredFile> used(FileStore there, String owner, String fileId) {
    Optional<StoredFile> found = there.find(owner, fileId);
    Instant aWhileAgo = clock.instant().minus(ttl.dividedBy(RENEWALS));
    found
        .filter(file -> file.usedAt().isBefore(aWhileAgo))
        .ifPresent(file -> there.renew(owner, fileId));
    return found;
  }

  /** Makes a call that moves no bytes, when somebody subscribes. */
  <T> Mono<T> run(Callable<T> call) {
    return Mono.fromCallable(call).subscribeOn(callers);
  }

  /** Moves a file's bytes, when somebody subscribes. */
  <T> Mono<T> move(Callable<T> call) {
    return Mono.fromCallable(call).subscribeOn(movers);
  }

  Scheduler movers() {
    return movers;
  }

  @Override
  public void close() {
    callers.dispose();
    movers.dispose();
    if (store != null) {
      store.close();
    }
  }
}
