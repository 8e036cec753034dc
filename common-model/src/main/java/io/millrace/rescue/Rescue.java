package io.millrace.rescue;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/** Runs reaper and reconciler in one thread for as long as the application runs. */
public final class Rescue implements SmartLifecycle {

  private static final Logger log = LoggerFactory.getLogger(Rescue.class);
  private static final long REAP_MILLIS = 1000;
  private static final long SETTLE_MILLIS = 5000;

  private final Reaper reaper;
  private final Reconciler reconciler;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread made = new Thread(task, "rescue");
            made.setDaemon(true);
            return made;
          });
  private boolean failing;
  private volatile boolean running;

  public Rescue(Reaper reaper, Reconciler reconciler) {
    this.reaper = reaper;
    this.reconciler = reconciler;
  }

  @Override
  public void start() {
    running = true;
    every(REAP_MILLIS, reconciler::rebuildIfEmptied);
    every(REAP_MILLIS, reaper::reap);
    every(SETTLE_MILLIS, reconciler::settle);
  }

  @Override
  public void stop() {
    running = false;
    thread.shutdownNow();
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  private void every(long millis, Runnable round) {
    var unused =
        thread.scheduleWithFixedDelay(() -> attempt(round), 0, millis, TimeUnit.MILLISECONDS);
  }

  private void attempt(Runnable round) {
    try {
      round.run();
      failing = false;
    } catch (RuntimeException e) {
      if (running && !failing) {
        log.warn("Redis or Kafka is away; rescue tries again each second: {}", e.toString());
      }
      failing = true;
    }
  }
}
