package io.millrace.worker;

import io.millrace.sandbox.Sandbox;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * The slots of this worker, and a fetcher for each lane that brings them jobs. On SIGTERM no new
 * job is taken, running ones get their grace, and what still runs then goes back into the queue at
 * no cost to it.
 */
final class SlotPool implements SmartLifecycle {

  private static final Logger log = LoggerFactory.getLogger(SlotPool.class);
  private static final Duration GIVE_BACK_TIME = Duration.ofSeconds(5);
  private static final Duration CLOSE_TIME = Duration.ofSeconds(2);

  private final WorkerSettings settings;
  private final SlotTools tools;
  private final IdleSlots idle;
  private final IntFunction<Sandbox> sandboxes;
  private final List<LaneFetcher> fetchers;
  private final RescuedJobs rescued;
  private final List<JobLoop> slots = new ArrayList<>();
  private final List<Thread> slotThreads = new ArrayList<>();
  private final List<Thread> fetcherThreads = new ArrayList<>();
  private volatile boolean running;

  SlotPool(
      WorkerSettings settings,
      SlotTools tools,
      IdleSlots idle,
      IntFunction<Sandbox> sandboxes,
      List<LaneFetcher> fetchers,
      RescuedJobs rescued) {
    this.settings = settings;
    this.tools = tools;
    this.idle = idle;
    this.sandboxes = sandboxes;
    this.fetchers = fetchers;
    this.rescued = rescued;
  }

  @Override
  public void start() {
    for (int number = 0; number < settings.slots(); number++) {
      JobLoop slot = new JobLoop(sandboxes.apply(number), idle, tools);
      slots.add(slot);
      slotThreads.add(started(slot, "slot-" + number));
    }
    for (LaneFetcher fetcher : fetchers) {
      fetcherThreads.add(started(fetcher, fetcher.name()));
    }
    fetcherThreads.add(started(rescued, "rescued"));
    tools.keeper().countSlots(this::ready);
    running = true;
  }

  /** Slots that can take a job: their sandbox is up, and this worker has joined every lane. */
  int ready() {
    boolean joined = fetchers.stream().allMatch(LaneFetcher::isJoined);
    return joined ? up() : 0;
  }

  /** Slots whose sandbox is up. */
  int up() {
    return (int) slots.stream().filter(JobLoop::isUp).count();
  }

  @Override
  public void stop() {
    log.info("No new jobs from now on; running ones have {}", settings.drainGrace());
    tools.patience().drain();
    fetchers.forEach(LaneFetcher::wakeUp);
    rescued.look();
    idle.wakeUp();
    slots.forEach(JobLoop::wakeUp);
    if (!ended(slotThreads, settings.drainGrace())) {
      log.info("The grace is over; what still runs goes back into the queue");
      tools.keeper().killAll();
      ended(slotThreads, GIVE_BACK_TIME);
    }
    tools.patience().stop();
    ended(slotThreads, CLOSE_TIME);
    ended(fetcherThreads, CLOSE_TIME);
    slots.forEach(JobLoop::close);
    tools.keeper().signOff();
    running = false;
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  private static Thread started(Runnable loop, String name) {
    Thread thread = new Thread(loop, name);
    thread.start();
    return thread;
  }

  private static boolean ended(List<Thread> threads, Duration wait) {
    long deadline = System.nanoTime() + wait.toNanos();
    try {
      for (Thread thread : threads) {
        TimeUnit.NANOSECONDS.timedJoin(thread, Math.max(1, deadline - System.nanoTime()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return threads.stream().noneMatch(Thread::isAlive);
  }
}
