package io.millrace.worker;

import io.millrace.queue.QueueClients;
import io.millrace.worker.sandbox.Sandbox;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * The slots of this worker. On SIGTERM no new job is taken, running ones get their grace, and what
 * still runs then goes back into the queue at no cost to it.
 */
final class SlotPool implements SmartLifecycle {

  private static final Logger log = LoggerFactory.getLogger(SlotPool.class);
  private static final Duration GIVE_BACK_TIME = Duration.ofSeconds(5);
  private static final Duration CLOSE_TIME = Duration.ofSeconds(2);

  private record Slot(Sandbox sandbox, LaneTaker lanes, Thread thread) {}

  private final WorkerSettings settings;
  private final SlotTools tools;
  private final IntFunction<Sandbox> sandboxes;
  private final QueueClients clients;
  private final WaitingCounts waiting;
  private final List<Slot> slots = new ArrayList<>();
  private volatile boolean running;

  SlotPool(
      WorkerSettings settings,
      SlotTools tools,
      IntFunction<Sandbox> sandboxes,
      QueueClients clients,
      WaitingCounts waiting) {
    this.settings = settings;
    this.tools = tools;
    this.sandboxes = sandboxes;
    this.clients = clients;
    this.waiting = waiting;
  }

  @Override
  public void start() {
    for (int number = 0; number < settings.slots(); number++) {
      Sandbox sandbox = sandboxes.apply(number);
      LaneTaker lanes = new LaneTaker(clients, waiting);
      Thread thread = new Thread(new JobLoop(sandbox, lanes, tools), "slot-" + number);
      slots.add(new Slot(sandbox, lanes, thread));
      thread.start();
    }
    running = true;
  }

  /** Slots whose sandbox is up. */
  int ready() {
    return (int) slots.stream().filter(slot -> slot.sandbox().isUp()).count();
  }

  @Override
  public void stop() {
    log.info("No new jobs from now on; running ones have {}", settings.drainGrace());
    tools.patience().drain();
    slots.forEach(slot -> slot.lanes().wakeUp());
    if (!ended(settings.drainGrace())) {
      log.info("The grace is over; what still runs goes back into the queue");
      tools.keeper().killAll();
      ended(GIVE_BACK_TIME);
    }
    tools.patience().stop();
    ended(CLOSE_TIME);
    for (Slot slot : slots) {
      slot.sandbox().close();
      slot.lanes().close();
    }
    tools.keeper().signOff();
    running = false;
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  private boolean ended(Duration wait) {
    long deadline = System.nanoTime() + wait.toNanos();
    try {
      for (Slot slot : slots) {
        TimeUnit.NANOSECONDS.timedJoin(slot.thread(), Math.max(1, deadline - System.nanoTime()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return slots.stream().noneMatch(slot -> slot.thread().isAlive());
  }
}
