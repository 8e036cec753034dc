package io.millrace.e2e.rows;

import io.millrace.e2e.Await;
import io.millrace.e2e.drive.Answer;
import io.millrace.e2e.drive.Client;
import io.millrace.e2e.drive.Drain;
import io.millrace.e2e.drive.Driver;
import io.millrace.e2e.drive.HookReceiver;
import io.millrace.e2e.drive.Load.Mode;
import io.millrace.e2e.drive.Program;
import io.millrace.e2e.drive.StartLog;
import io.millrace.e2e.fault.Leftovers;
import io.millrace.e2e.history.Checker;
import io.millrace.e2e.history.Event;
import io.millrace.e2e.history.Findings;
import io.millrace.e2e.history.History;
import io.millrace.e2e.roles.Cluster;
import io.millrace.e2e.roles.ClusterPlan;
import io.millrace.e2e.roles.Launch;
import io.millrace.e2e.roles.Role;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Where one row runs: its cluster, its callers, its history. Not thread-safe. */
public final class Trial implements AutoCloseable {

  /** A job whose worker vanished starts again within this. */
  public static final Duration RESCUE = Duration.ofSeconds(ClusterPlan.LEASE_SECONDS + 5);

  private static final Duration DRAIN = Duration.ofSeconds(90);
  private static final Duration TIDY = Duration.ofSeconds(45);

  private final Cluster cluster;
  private final History history;
  private final HookReceiver hooks;
  private final List<Client> clients;
  private final Driver driver;
  private final long begun = System.currentTimeMillis();
  private final List<String> figures = new ArrayList<>();

  /** Opens a trial on a cluster that is ready; the history gets the row's name. */
  public Trial(String name, Cluster cluster) {
    this.cluster = cluster;
    this.history = History.begin(cluster.folder().resolve(name + ".jsonl"));
    this.hooks = HookReceiver.start(history);
    this.clients = cluster.gateways().stream().map(Trial::client).toList();
    this.driver = new Driver(history, clients, hooks);
  }

  /** A caller of this gateway. */
  static Client client(Role gateway) {
    return new Client(URI.create("http://127.0.0.1:" + gateway.spec().port()), Launch.API_KEY);
  }

  public Cluster cluster() {
    return cluster;
  }

  public Driver driver() {
    return driver;
  }

  public HookReceiver hooks() {
    return hooks;
  }

  public History history() {
    return history;
  }

  /** A caller of the gateway of this number. */
  public Client client(int gateway) {
    return clients.get(gateway);
  }

  /** Sends a program that sleeps and returns the job's id at once. */
  public String enqueue(String k, Duration length) {
    return enqueue(Program.sleeping(k, length));
  }

  /** Sends a program and returns the job's id at once. */
  public String enqueue(Program program) {
    Answer answer = driver.submit(program, Mode.ASYNC, 0).join();
    require(
        answer instanceof Answer.Told told && told.status() == 202,
        program.k() + " was not accepted: " + answer);
    return ((Answer.Told) answer).jobId();
  }

  /** Every start of a job up to now, the earliest first. */
  public List<Event.Started> starts(String jobId) {
    return starts().stream().filter(start -> start.jobId().equals(jobId)).toList();
  }

  private List<Event.Started> starts() {
    return cluster.workers().stream()
        .flatMap(worker -> StartLog.read(worker.name(), worker.spec().log()).stream())
        .filter(start -> start.at() >= begun)
        .sorted(Comparator.comparingLong(Event.Started::at))
        .toList();
  }

  /** Waits until a job has started so many times; returns the worker of the last start. */
  public Role awaitStart(String jobId, int times, Duration atMost) {
    String worker =
        Await.value(
            jobId + " has started " + times + " times",
            atMost,
            () -> {
              List<Event.Started> each = starts(jobId);
              return each.size() < times
                  ? Optional.empty()
                  : Optional.of(each.get(each.size() - 1).worker());
            });
    return cluster.workers().stream()
        .filter(each -> each.name().equals(worker))
        .findFirst()
        .orElseThrow();
  }

  /** A state that a job is in, or the empty text. */
  public String state(String jobId) {
    return clients.get(0).status(jobId) instanceof Answer.Told told
        ? told.body().path("state").asString("")
        : "";
  }

  /** Waits until a job is in this state. */
  public void awaitState(String jobId, String state, Duration atMost) {
    Await.until(jobId + " is " + state, atMost, () -> state(jobId).equals(state));
  }

  /** Breaks something; what follows within a rescue's time is put down to it. */
  public void fault(String what, Runnable breaking) {
    fault(what, false, breaking);
  }

  /** Breaks something that makes Redis forget. */
  public void forgettingFault(String what, Runnable breaking) {
    fault(what, true, breaking);
  }

  private void fault(String what, boolean forgets, Runnable breaking) {
    long at = System.currentTimeMillis();
    try {
      breaking.run();
    } finally {
      long until = System.currentTimeMillis() + RESCUE.toMillis();
      history.add(new Event.Faulted(at, until, what, forgets));
    }
  }

  /** Fails the row unless this holds. */
  public static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }

  /** Something measured, for the report. */
  public void figure(String what, Duration time) {
    figures.add(what + " " + time.toMillis() + " ms");
  }

  /** Something counted, for the report. */
  public void figure(String what) {
    figures.add(what);
  }

  /** What was measured. */
  public List<String> figures() {
    return List.copyOf(figures);
  }

  /**
   * Load off, faults off: waits until every job has ended, and checks.
   *
   * @throws AssertionError for every promise that was broken
   */
  public Findings finish() throws Exception {
    Drain drain = new Drain(history, clients.get(clients.size() - 1));
    Set<String> known = new HashSet<>();
    for (Set<String> started = startedJobs(); known.addAll(started); started = startedJobs()) {
      drain.await(started, DRAIN);
    }
    drain.await(known, DRAIN);
    Set<Event> noted = new HashSet<>(history.events());
    starts().stream().filter(start -> !noted.contains(start)).forEach(history::add);
    Findings findings = Checker.check(history.events());
    require(findings.isClean(), findings.toString());
    awaitTidy();
    figure(findings.toString());
    return findings;
  }

  /** The jobs that have started since this trial was opened. */
  public Set<String> startedJobs() {
    Set<String> jobs = new HashSet<>();
    starts().forEach(start -> jobs.add(start.jobId()));
    return jobs;
  }

  private void awaitTidy() throws Exception {
    try {
      Duration took = Await.until("nothing is left", TIDY, () -> Leftovers.of(cluster).isEmpty());
      figure("tidy after", took);
    } catch (AssertionError e) {
      throw new AssertionError("left over: " + Leftovers.of(cluster), e);
    }
  }

  @Override
  public void close() {
    hooks.close();
    history.close();
  }
}
