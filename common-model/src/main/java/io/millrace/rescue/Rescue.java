package io.millrace.rescue;

import io.millrace.store.LaneRepair;
import io.millrace.store.LaneRepair.Duty;
import io.millrace.store.LaneRepair.Look;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Runs all rescue in one thread for as long as the application runs; may be started again.
 *
 * <p>One look at Redis tells whatever there is to do for any of the rounds, so that an idle process
 * asks one thing of it a look, and nothing of Kafka but the ends of the lanes now and then.
 */
public final class Rescue implements SmartLifecycle {

  private static final Logger log = LoggerFactory.getLogger(Rescue.class);

  /** In which every process looks at Redis at least once. */
  public static final Duration OTHERS_TIME = Duration.ofMillis(2500);

  /** A dead worker's jobs start again within two seconds. */
  static final long LOOK_MILLIS = 400;

  /**
   * Rounds that cost more than a look when there is something to do are made at each second one.
   */
  private static final int LOOKS_A_ROUND = 2;

  private static final long SELDOM_MILLIS = 5000;

  /** Of seldom rounds: a lane in which nothing waits is looked at each minute all the same. */
  private static final int ROUNDS_OF_A_MINUTE = 12;

  private static final long MINUTE_MILLIS = 60_000;
  private static final long STOP_MILLIS = 2000;

  private final LaneRepair repair;
  private final Rebuilder rebuilder;
  private final Reaper reaper;
  private final Reconciler reconciler;
  private final Trimmer trimmer;
  private final BatchRounds batches;
  private final Steadiness steadiness;
  private final Round looking = new Round("looking at Redis");
  private final Round rescuing = new Round("rescuing jobs");
  private final Round rebuilding = new Round("rebuilding the lanes");
  private final Round ending = new Round("ending jobs that are overdue");
  private final Round publishing = new Round("publishing completions");
  private final Round seeing = new Round("seeing to batches");
  private final Round resuming = new Round("resuming held jobs");
  private final Round settling = new Round("settling jobs");
  private final Round noting = new Round("noting claimed jobs");
  private final Round trimming = new Round("trimming the logs");
  private @Nullable ScheduledExecutorService thread;
  private int looks;
  private int settlings;
  private boolean anyWait = true;

  public Rescue(
      LaneRepair repair,
      Rebuilder rebuilder,
      Reaper reaper,
      Reconciler reconciler,
      Trimmer trimmer,
      BatchRounds batches,
      Steadiness steadiness) {
    this.repair = repair;
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
    every(thread, LOOK_MILLIS, () -> looking.make(this::look));
    every(thread, SELDOM_MILLIS, () -> settling.make(this::settleIfAnyWait));
    every(thread, SELDOM_MILLIS, () -> noting.make(rebuilder::noteClaimed));
    every(thread, MINUTE_MILLIS, () -> trimming.make(trimmer::trim));
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

  private static void every(ScheduledExecutorService on, long millis, Runnable rounds) {
    var unused = on.scheduleWithFixedDelay(rounds, 0, millis, TimeUnit.MILLISECONDS);
  }

  /**
   * One round of all that Redis knows of; package-private for tests, which call it in one thread.
   */
  void look() {
    Look seen = repair.look();
    rescuing.make(
        () ->
            steadiness.whenSteady(
                seen.now(),
                () -> {
                  if (seen.due().contains(Duty.LAPSED)) {
                    reaper.rescueJobs();
                  }
                }));
    rebuilding.make(() -> rebuilder.rebuildIfNeeded(seen));
    when(seen, Duty.OVERDUE, ending, reaper::endOverdueJobs);
    when(seen, Duty.COMPLETIONS, publishing, reaper::publishCompletions);
    if (looks++ % LOOKS_A_ROUND == 0) {
      when(seen, Duty.BATCHES, seeing, batches::run);
      when(seen, Duty.HELD, resuming, reconciler::resumeHeld);
    }
    anyWait = seen.due().contains(Duty.WAITING);
  }

  private static void when(Look seen, Duty duty, Round round, Runnable how) {
    if (seen.due().contains(duty)) {
      round.make(how);
    }
  }

  /** What waits has to be seen at each round; when nothing does, the lanes' ends tell little. */
  private void settleIfAnyWait() {
    if (anyWait || settlings % ROUNDS_OF_A_MINUTE == 0) {
      reconciler.settle();
    }
    settlings++;
  }

  /** One kind of round; says once that it fails and once that it works again. */
  private static final class Round {

    private final String what;
    private boolean failing;

    Round(String what) {
      this.what = what;
    }

    void make(Runnable how) {
      try {
        how.run();
        if (failing) {
          log.info("Rescue: {} works again", what);
        }
        failing = false;
      } catch (RuntimeException e) {
        if (!failing) {
          log.warn("Rescue: {} fails and is tried again: {}", what, e.toString());
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
