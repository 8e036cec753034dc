package io.millrace.containers.faults;

import io.millrace.e2e.Await;
import io.millrace.e2e.drive.Answer;
import io.millrace.e2e.drive.Client;
import io.millrace.e2e.drive.Drain;
import io.millrace.e2e.drive.Driver;
import io.millrace.e2e.drive.HookReceiver;
import io.millrace.e2e.drive.Load;
import io.millrace.e2e.drive.Load.Mode;
import io.millrace.e2e.history.Checker;
import io.millrace.e2e.history.Event;
import io.millrace.e2e.history.Findings;
import io.millrace.e2e.history.History;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/** One fault in the middle of one load, and what became of every job. Not thread-safe. */
final class Trial implements AutoCloseable {

  /** So many jobs are accepted before the fault comes. */
  static final int BEFORE_THE_FAULT = 8;

  /** So that the load outlasts the fault, and what comes after it is counted too. */
  private static final Duration PAUSE = Duration.ofMillis(1500);

  /** All that the compose file has. */
  private static final int SLOTS = 4;

  /** Begun before the fault, over before it is healed: so every role has something to lose. */
  private static final Duration BUSY = Duration.ofSeconds(5);

  private static final int AFTERWARDS = 8;

  private static final Duration SOON = Duration.ofSeconds(30);
  private static final Duration DRAIN = Duration.ofSeconds(120);

  /** Lease and 5 s, as the compose file has them. */
  private static final Duration AFTER_EFFECTS = Duration.ofSeconds(20);

  private final long begun = System.currentTimeMillis();
  private final String name;
  private final ComposeProject project;
  private final Client client;
  private final History history;
  private final HookReceiver hooks;
  private final Driver driver;

  Trial(String name, ComposeProject project, Path folder) {
    this.name = name;
    this.project = project;
    this.client = project.client();
    this.history = History.begin(folder.resolve(name + ".jsonl"));
    this.hooks = HookReceiver.start(history);
    this.driver = new Driver(history, List.of(client), hooks);
  }

  /** Breaks something for a time while every slot is busy, lets the load end, and counts. */
  Findings run(Runnable breaking, Duration time, Runnable healing) {
    List<CompletableFuture<List<Answer>>> loads =
        List.of(
            driver.run(load("wait", Duration.ofMillis(300), Mode.WAIT)),
            driver.run(load("async", Duration.ofSeconds(1), Mode.ASYNC)));
    Await.until("the load is accepted", SOON, () -> accepted() >= BEFORE_THE_FAULT);
    everySlotIsBusy();
    long at = System.currentTimeMillis();
    try {
      breaking.run();
      Await.pass(time);
    } finally {
      healing.run();
    }
    project.awaitHealthy();
    long until = System.currentTimeMillis() + AFTER_EFFECTS.toMillis();
    history.add(new Event.Faulted(at, until, name, false));
    loads.forEach(CompletableFuture::join);
    itServesAgain();
    return counted();
  }

  private Load load(String kind, Duration length, Mode mode) {
    return Load.of(name + "-" + kind, 40, 2, length, mode).pausing(PAUSE);
  }

  private long accepted() {
    return history.events().stream().filter(Event.Accepted.class::isInstance).count();
  }

  private void everySlotIsBusy() {
    Load load = Load.of(name + "-busy", SLOTS, SLOTS, BUSY, Mode.ASYNC);
    Set<String> jobs =
        driver.run(load).join().stream()
            .map(answer -> ((Answer.Told) answer).jobId())
            .collect(Collectors.toSet());
    Await.until("every slot is busy", SOON, () -> startedJobs().containsAll(jobs));
  }

  /** By more than one job: the load may have run out while none was accepted. */
  private void itServesAgain() {
    Load load = Load.of(name + "-after", AFTERWARDS, 2, Duration.ZERO, Mode.WAIT);
    for (Answer answer : driver.run(load).join()) {
      if (!(answer instanceof Answer.Told told && told.status() == 200)) {
        throw new AssertionError(name + " is over, and a job is answered with " + answer);
      }
    }
  }

  private Findings counted() {
    Drain drain = new Drain(history, client);
    drain.await(startedJobs(), DRAIN);
    drain.await(startedJobs(), DRAIN);
    project.starts(begun).forEach(history::add);
    return Checker.check(history.events());
  }

  private Set<String> startedJobs() {
    Set<String> jobs = new HashSet<>();
    project.starts(begun).forEach(start -> jobs.add(start.jobId()));
    return jobs;
  }

  @Override
  public void close() {
    hooks.close();
    history.close();
  }
}
