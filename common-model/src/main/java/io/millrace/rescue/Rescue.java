package io.millrace.rescue;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/** Runs all rescue in one thread for as long as the application runs; may be started again. */
public final class Rescue implements SmartLifecycle {

  private static final Logger log = LoggerFactory.getLogger(Rescue.class);
  private static final long OFTEN_MILLIS = 1000;

  /** In which every process looks at Redis at least once. */
  public static final Duration OTHERS_TIME = Duration.ofMillis(5 * OFTEN_MILLIS / 2);

  /** A dead worker's jobs start again within two seconds. */
  private static final long RESCUE_MILLIS = 400;

  private static final long SELDOM_MILLIS = 5000;
  private static final long MINUTE_MILLIS = 60_000;
  private static final long STOP_MILLIS = 2000;

  private final Rebuilder rebuilder;
  private final Reaper reaper;
  private final Reconciler reconciler;
  private final Trimmer trimmer;
  private final BatchRounds batches;
  private final Steadiness steadiness;
  private @Nullable ScheduledExecutorService thread;

  public Rescue(
      Rebuilder rebuilder,
      Reaper reaper,
      Reconciler reconciler,
      Trimmer trimmer,
      BatchRounds batches,
      Steadiness steadiness) {
    this.batches = batches;
    this.trimmer = trimmer;
    this.rebuilder = rebuilder;
    this.reaper = reaper;
    this.reconciler = reconciler;
    this.steadiness = steadiness;
  }

  @Override
  public synchronized void start() {
    if (thread != null) {
      return;
    }
    thread = Executors.newSingleThreadScheduledExecutor(Rescue::daemon);
    every(thread, OFTEN_MILLIS, "rebuilding the lanes", rebuilder::rebuildIfNeeded);
    every(thread, RESCUE_MILLIS, "rescuing jobs", () -> steadiness.whenSteady(reaper::rescueJobs));
    every(thread, OFTEN_MILLIS, "ending jobs that are overdue", reaper::endOverdueJobs);
    every(thread, OFTEN_MILLIS, "publishing completions", reaper::publishCompletions);
    every(thread, OFTEN_MILLIS, "seeing to batches", batches::run);
    every(thread, OFTEN_MILLIS, "resuming held jobs", reconciler::resumeHeld);
    every(thread, SELDOM_MILLIS, "settling jobs", reconciler::settle);
    every(thread, SELDOM_MILLIS, "noting claimed jobs", rebuilder::noteClaimed);
    every(thread, MINUTE_MILLIS, "trimming the logs", trimmer::trim);
  }

  @Override
  public synchronized void stop() {
    if (thread != null) {
      thread.shutdown();
      if (!endsInTime(thread)) {
        thread.shutdownNow();
      }
      thread = null;
    }
  }

  private static boolean endsInTime(ScheduledExecutorService thread) {
    try {
      return thread.awaitTermination(STOP_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public synchronized boolean isRunning() {
    return thread != null;
  }

  private static Thread daemon(Runnable task) {
    Thread made = new Thread(task, "rescue");
    made.setDaemon(true);
    return made;
  }

  private void every(ScheduledExecutorService on, long millis, String what, Runnable round) {
    var unused =
        on.scheduleWithFixedDelay(new Round(what, round), 0, millis, TimeUnit.MILLISECONDS);
  }

  /** One kind of round; says once that it fails and once that it works again. */
  private final class Round implements Runnable {

    private final String what;
    private final Runnable round;
    private boolean failing;

    Round(String what, Runnable round) {
      this.what = what;
      this.round = round;
    }

    @Override
    public void run() {
      try {
        round.run();
        if (failing) {
          log.info("Rescue: {} works again", what);
        }
        failing = false;
      } catch (RuntimeException e) {
        if (!failing) {
          log.warn("Rescue: {} fails and is tried again each second: {}", what, e.toString());
        }
        failing = true;
      } catch (Error e) {
        // Thrown on, it would end this kind of round for ever, and in silence.
        log.error("Rescue: {} fails and is tried again", what, e);
        failing = true;
      }
    }
  }
}
