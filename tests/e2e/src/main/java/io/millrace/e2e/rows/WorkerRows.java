package io.millrace.e2e.rows;

import static io.millrace.e2e.rows.Trial.require;

import io.millrace.e2e.Await;
import io.millrace.e2e.drive.Load;
import io.millrace.e2e.drive.Program;
import io.millrace.e2e.history.Findings;
import io.millrace.e2e.roles.Alive;
import io.millrace.e2e.roles.Cluster;
import io.millrace.e2e.roles.ClusterPlan;
import io.millrace.e2e.roles.Role;
import io.millrace.e2e.roles.Signals;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A worker dies, freezes, is stopped. */
final class WorkerRows {

  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Duration SOON = Duration.ofSeconds(15);
  private static final Duration SANDBOX_DEATH = Duration.ofSeconds(2);

  private WorkerRows() {}

  /** W1. */
  static void killedWithATakenRecord(Trial trial) throws Exception {
    Cluster cluster = trial.cluster();
    cluster.workers().forEach(Role::freeze);
    String job = trial.enqueue("w1", Duration.ofMillis(100));
    trial.fault(
        "kill -9 of a worker that holds a record and cannot claim its job",
        () -> {
          Signals.stop(cluster.redis().process());
          cluster.workers().forEach(Role::thaw);
          Await.pass(Duration.ofSeconds(1));
          cluster.worker(0).kill();
          Signals.cont(cluster.redis().process());
        });
    trial.awaitStart(job, 1, Duration.ofSeconds(20));
    trial.finish();
    require(trial.starts(job).size() == 1, "it started more than once");
  }

  /** W2. */
  static void killedInMidRun(Trial trial) throws Exception {
    String job = trial.enqueue("long", LONG);
    Role first = trial.awaitStart(job, 1, SOON);
    Set<ProcessHandle> sandboxes = first.below();
    require(!sandboxes.isEmpty(), "no sandbox is seen below " + first.name());
    trial.fault("kill -9 " + first.name(), first::kill);
    trial.figure(
        "old sandboxes dead after",
        Await.until(
            "its old processes are dead",
            SANDBOX_DEATH,
            () -> sandboxes.stream().noneMatch(Alive::is)));
    long killed = System.nanoTime();
    Role second = trial.awaitStart(job, 2, Trial.RESCUE);
    trial.figure("started again after", Duration.ofNanos(System.nanoTime() - killed));
    require(second != first, "a dead worker started it");
    trial.client(0).cancel(job);
    Findings findings = trial.finish();
    require(findings.starts() == 2, "expected two starts: " + findings);
  }

  /** W3. */
  static void killedBetweenResultAndAcknowledgement(Trial trial) throws Exception {
    Cluster cluster = trial.cluster();
    trial
        .driver()
        .submit(Program.sleeping("w3", Duration.ofMillis(1_500)), Load.Mode.WEBHOOK, 0)
        .join();
    String job = Await.value("it has begun", SOON, () -> Evidence.firstStart(trial));
    Role worker = trial.awaitStart(job, 1, SOON);
    trial.fault(
        "kill -9 of a worker that has written a result and could not acknowledge it",
        () -> {
          Signals.stop(cluster.broker().process());
          trial.awaitState(job, "succeeded", SOON);
          worker.kill();
          Signals.cont(cluster.broker().process());
        });
    Findings findings = trial.finish();
    require(findings.starts() == 1, "it ran again: " + findings);
  }

  /** W4. */
  static void frozenForLongerThanItsLease(Trial trial) throws Exception {
    String job = trial.enqueue("w4", Duration.ofSeconds(5));
    Role first = trial.awaitStart(job, 1, SOON);
    trial.fault(
        "freeze " + first.name(),
        () -> {
          first.freeze();
          trial.awaitStart(job, 2, Trial.RESCUE);
          first.thaw();
        });
    trial.awaitState(job, "succeeded", Duration.ofSeconds(20));
    Await.until(
        "the first worker has learned that the job is not its own",
        SOON,
        () -> Evidence.says(first, job, "is not this worker's any more", "its result is refused"));
    Findings findings = trial.finish();
    require(findings.starts() == 2, "expected two starts: " + findings);
  }

  /** W6. */
  static void stoppedInOrder(Trial trial) throws Exception {
    String lasting = trial.enqueue("long", LONG);
    Role worker = trial.awaitStart(lasting, 1, SOON);
    List<String> brief = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      brief.add(trial.enqueue("short-" + i, Duration.ofSeconds(2)));
    }
    boolean beside = false;
    for (String job : brief) {
      beside |= trial.awaitStart(job, 1, SOON) == worker;
    }
    require(beside, "no short job runs beside the long one");
    trial.fault("SIGTERM to " + worker.name(), () -> stop(trial, worker, lasting));
    brief.forEach(job -> trial.awaitState(job, "succeeded", SOON));
    brief.forEach(job -> require(trial.starts(job).size() == 1, "a short one ran again"));
    String lost =
        trial.cluster().redis().commands().text("HGET", "{millrace}:job:" + lasting, "worker_lost");
    require(lost.isEmpty(), "the stop was counted as a fault of the job");
    trial.client(0).cancel(lasting);
    trial.cluster().heal();
    trial.finish();
  }

  private static void stop(Trial trial, Role worker, String lasting) {
    long asked = System.nanoTime();
    worker.terminate();
    Role next = trial.awaitStart(lasting, 2, Duration.ofSeconds(10));
    require(next != worker, "a stopping worker started a job");
    trial.figure("given back and started after", Duration.ofNanos(System.nanoTime() - asked));
    int code = worker.awaitExit(Duration.ofSeconds(15));
    require(code == 0, "it ended with code " + code);
  }

  /** W7. */
  static void poison(Trial trial) throws Exception {
    String poison = trial.enqueue("poison", LONG);
    List<String> behind =
        List.of(
            trial.enqueue("behind-1", Duration.ofMillis(100)),
            trial.enqueue("behind-2", Duration.ofMillis(100)));
    for (int death = 1; death <= 3; death++) {
      Role worker = trial.awaitStart(poison, death, Duration.ofSeconds(60));
      trial.fault("kill -9 " + worker.name(), worker::kill);
      if (death < 3) {
        worker.restart();
      }
    }
    long lastDeath = System.nanoTime();
    trial.awaitState(poison, "failed", Trial.RESCUE);
    trial.figure("given up after", Duration.ofNanos(System.nanoTime() - lastDeath));
    behind.forEach(job -> trial.awaitState(job, "succeeded", SOON));
    trial.cluster().heal();
    Findings findings = trial.finish();
    require(trial.starts(poison).size() == 3, "expected three starts: " + findings);
    require(Evidence.reason(trial, poison).equals("worker_lost"), "it does not say why");
  }

  /** K8. */
  static void comingAndGoing(Trial trial) throws Exception {
    var load = trial.driver().run(Load.of("storm", 60, 4, Duration.ofSeconds(2), Load.Mode.ASYNC));
    Role third = trial.cluster().addWorker();
    trial.fault(
        "a third worker comes and goes",
        () -> {
          for (int i = 0; i < 4; i++) {
            third.awaitReady();
            third.kill();
            third.restart();
          }
          third.awaitReady();
        });
    load.join();
    trial.finish();
  }

  /** What is asked of every cluster that rows share. */
  static ClusterPlan plan() {
    return ClusterPlan.usual("usual");
  }
}
