package io.millrace.gateway.queue;

import java.util.concurrent.Callable;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Runs what blocks on Redis or the producer, on a few threads behind a bounded queue. A call that
 * finds the queue full fails with {@link java.util.concurrent.RejectedExecutionException}.
 */
@Component
public final class StoreCalls implements AutoCloseable {

  private static final int THREADS = 16;
  private static final int WAITING = 4096;

  private final Scheduler scheduler =
      Schedulers.newBoundedElastic(THREADS, WAITING, "store", 60, true);

  /** Runs the call when somebody subscribes. */
  public <T> Mono<T> run(Callable<T> call) {
    return Mono.fromCallable(call).subscribeOn(scheduler);
  }

  /** Runs the task, whoever waits for it or does not. */
  public void execute(Runnable task) {
    scheduler.schedule(task);
  }

  @Override
  public void close() {
    scheduler.dispose();
  }
}
