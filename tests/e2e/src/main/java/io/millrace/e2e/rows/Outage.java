package io.millrace.e2e.rows;

import static io.millrace.e2e.rows.Trial.require;

import io.millrace.e2e.Await;
import io.millrace.e2e.drive.Answer;
import io.millrace.e2e.drive.Load;
import io.millrace.e2e.drive.Load.Mode;
import io.millrace.e2e.drive.Program;
import io.millrace.e2e.roles.ClusterPlan;
import io.millrace.e2e.roles.Probe;
import io.millrace.e2e.roles.Role;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A store is away for a while, with a load on: callers are told so at once, no role needs to start
 * again, and everything accepted ends.
 */
final class Outage {

  /** A second, and what a busy machine takes to notice. */
  private static final Duration AT_ONCE = Duration.ofMillis(1_500);

  private static final int BACKLOG = 24;
  private static final Duration NOTICED = Duration.ofSeconds(5);
  private static final Duration RECOVERY = Duration.ofSeconds(20);

  private final Trial trial;
  private final String what;
  private final Mode mode;
  private final boolean forgets;

  private Outage(Trial trial, String what, Mode mode, boolean forgets) {
    this.trial = trial;
    this.what = what;
    this.mode = mode;
    this.forgets = forgets;
  }

  /** An outage after which everything is known. */
  static Outage of(Trial trial, String what) {
    return new Outage(trial, what, Mode.MIXED, false);
  }

  /** An outage that may take the results with it that nobody has read yet. */
  static Outage thatForgets(Trial trial, String what, Mode mode) {
    return new Outage(trial, what, mode, true);
  }

  /** Takes the store away for so long, with callers who must be told within a second. */
  void run(Duration time, Runnable takeAway, Runnable bringBack) throws Exception {
    Set<ProcessHandle> roles = roles();
    List<CompletableFuture<List<Answer>>> load = begin();
    Runnable outage =
        () -> {
          takeAway.run();
          try {
            callersAreTold(time);
          } finally {
            bringBack.run();
          }
        };
    if (forgets) {
      trial.forgettingFault(what, outage);
    } else {
      trial.fault(what, outage);
    }
    everythingRecovers();
    load.forEach(CompletableFuture::join);
    trial.finish();
    require(roles.equals(roles()), "a role had to start again");
  }

  /** A fault that callers need not notice. */
  void shake(Runnable fault) throws Exception {
    Set<ProcessHandle> roles = roles();
    List<CompletableFuture<List<Answer>>> load = begin();
    if (forgets) {
      trial.forgettingFault(what, fault);
    } else {
      trial.fault(what, fault);
    }
    everythingRecovers();
    load.forEach(CompletableFuture::join);
    trial.finish();
    require(roles.equals(roles()), "a role had to start again");
  }

  /** Jobs that run and jobs that wait when it happens, and callers who go on asking. */
  private List<CompletableFuture<List<Answer>>> begin() {
    CompletableFuture<List<Answer>> backlog =
        trial.driver().run(Load.of("backlog", BACKLOG, BACKLOG, Duration.ofMillis(500), mode));
    Await.until(
        "some jobs of the backlog run",
        Duration.ofSeconds(15),
        () -> trial.startedJobs().size() >= ClusterPlan.SLOTS);
    CompletableFuture<List<Answer>> load =
        trial
            .driver()
            .run(
                Load.of("load", 40, 4, Duration.ofMillis(300), mode)
                    .pausing(Duration.ofMillis(300)));
    return List.of(backlog, load);
  }

  private void callersAreTold(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    Duration slowest = Duration.ZERO;
    for (int i = 0; System.nanoTime() < end; i++) {
      Answer answer =
          trial.driver().submit(Program.sleeping("away-" + i, Duration.ZERO), Mode.ASYNC, i).join();
      require(
          answer instanceof Answer.Told told
              && told.status() == 503
              && told.headers().firstValue("Retry-After").isPresent(),
          "while " + what + ", a caller was told " + answer);
      require(
          answer.took().compareTo(AT_ONCE) < 0,
          "while " + what + ", a caller waited " + answer.took().toMillis() + " ms");
      slowest = slowest.compareTo(answer.took()) > 0 ? slowest : answer.took();
      Await.pass(Duration.ofMillis(200));
    }
    trial.figure("slowest 503", slowest);
    for (Role gateway : trial.cluster().gateways()) {
      Await.until(
          gateway.name() + " says what is away",
          NOTICED,
          () -> !Probe.reachesItsStores(gateway.spec().managementPort()));
      // No other gateway would do better: it must still be asked, so that callers get their 503.
      require(
          Probe.isReady(gateway.spec().managementPort()), gateway.name() + " stopped being ready");
    }
  }

  private void everythingRecovers() {
    int[] tries = {0};
    trial.figure(
        "accepts again after",
        Await.until(
            "both gateways accept again",
            RECOVERY,
            () ->
                Stream.of(0, 1)
                    .allMatch(
                        gateway ->
                            trial
                                        .driver()
                                        .submit(
                                            Program.sleeping("after-" + tries[0]++, Duration.ZERO),
                                            Mode.WEBHOOK,
                                            gateway)
                                        .join()
                                    instanceof Answer.Told told
                                && told.status() == 202)));
    Stream.concat(trial.cluster().gateways().stream(), trial.cluster().workers().stream())
        .forEach(Role::awaitReady);
  }

  private Set<ProcessHandle> roles() {
    return Stream.concat(trial.cluster().gateways().stream(), trial.cluster().workers().stream())
        .filter(Role::isAlive)
        .map(Role::process)
        .collect(Collectors.toSet());
  }
}
