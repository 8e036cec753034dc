package io.millrace.e2e.rows;

import static io.millrace.e2e.rows.Trial.require;

import io.millrace.e2e.Await;
import io.millrace.e2e.drive.Load.Mode;
import io.millrace.e2e.drive.Program;
import io.millrace.e2e.roles.ClusterPlan;
import io.millrace.e2e.roles.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What one lane, or one worker, must not do to jobs elsewhere. */
final class LaneRows {

  private static final Duration SOON = Duration.ofSeconds(15);
  private static final Duration LONG = Duration.ofSeconds(25);
  private static final Duration AT_ONCE = Duration.ofSeconds(3);
  private static final int SLOTS = 4;

  private LaneRows() {}

  /** L1. */
  static void longJobsOfTheSecondLane(Trial trial) throws Exception {
    for (int i = 0; i < 2 * SLOTS; i++) {
      trial.enqueue("before-" + i, Duration.ofSeconds(1));
    }
    // Over its share by now, the key's next jobs go to the second lane.
    List<String> longOnes = List.of(trial.enqueue("long-1", LONG), trial.enqueue("long-2", LONG));
    longOnes.forEach(job -> trial.awaitStart(job, 1, SOON));
    Duration slowest = Duration.ZERO;
    for (int i = 0; i < 15; i++) {
      long sent = System.nanoTime();
      trial.driver().submit(Program.sleeping("short-" + i, Duration.ZERO), Mode.WAIT, 0).join();
      Duration took = Duration.ofNanos(System.nanoTime() - sent);
      slowest = took.compareTo(slowest) > 0 ? took : slowest;
    }
    trial.figure("slowest of 15 short jobs beside two long ones", slowest);
    require(slowest.compareTo(AT_ONCE) < 0, "a record waited beside idle slots: " + slowest);
    longOnes.forEach(job -> trial.client(0).cancel(job));
    trial.finish();
  }

  /** L2. */
  static void aGhostInTheFirstLane(Trial trial) throws Exception {
    String ghost = "00000000-0000-0000-0000-000000000000";
    var redis = trial.cluster().redis().commands();
    redis.text("ZADD", "{millrace}:lane:first", "9e15", ghost);
    List<String> jobs = new ArrayList<>();
    for (int i = 0; i < 5 * SLOTS; i++) {
      jobs.add(trial.enqueue("beside-a-ghost-" + i, Duration.ofMillis(50)));
    }
    Duration took =
        Await.until(
            "all have ended",
            SOON,
            () -> jobs.stream().allMatch(job -> trial.state(job).equals("succeeded")));
    trial.figure("20 jobs, most of them of the second lane, beside a ghost in the first", took);
    redis.text("ZREM", "{millrace}:lane:first", ghost);
    require(took.compareTo(AT_ONCE) < 0, "slots stood still for " + took);
    trial.finish();
  }

  /** W2b. */
  static void killedBeforeABacklog(Trial trial) throws Exception {
    String job = trial.enqueue("long", LONG);
    Role first = trial.awaitStart(job, 1, SOON);
    List<String> backlog = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      backlog.add(trial.enqueue("backlog-" + i, Duration.ofSeconds(1)));
    }
    trial.fault("kill -9 " + first.name(), first::kill);
    long killed = System.nanoTime();
    trial.awaitStart(job, 2, SOON);
    Duration took = Duration.ofNanos(System.nanoTime() - killed);
    trial.figure("started again after", took);
    require(took.compareTo(AT_ONCE) < 0, "it waited for its lease or its turn: " + took);
    require(
        !trial.state(backlog.get(backlog.size() - 1)).equals("succeeded"), "there was no backlog");
    backlog.forEach(each -> trial.client(0).cancel(each));
    trial.client(0).cancel(job);
    trial.cluster().heal();
    trial.finish();
  }

  /** A lease far longer than the rescue may take. */
  static ClusterPlan plan() {
    return ClusterPlan.usual("long-lease").with("MILLRACE_QUEUE_LEASE", "30s");
  }
}
