package io.millrace.e2e.rows;

import static io.millrace.e2e.rows.Trial.require;

import io.millrace.e2e.Await;
import io.millrace.e2e.drive.Answer;
import io.millrace.e2e.drive.Load;
import io.millrace.e2e.drive.Load.Mode;
import io.millrace.e2e.drive.Program;
import io.millrace.e2e.history.Findings;
import io.millrace.e2e.roles.Cluster;
import io.millrace.e2e.roles.ClusterPlan;
import io.millrace.e2e.roles.Role;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** A very long queue while no worker runs. */
final class BacklogRows {

  private static final int JOBS = 100_000;
  private static final int WARM_UP = 5_000;
  private static final int PROBES = 2_000;
  private static final int CALLERS = 16;
  private static final int WORKERS = 4;
  private static final Duration DRAIN = Duration.ofHours(1);

  /** Of twenty results: most are a line, one does not fit into Redis, and goes by the log. */
  private static final List<Integer> SIZES =
      IntStream.range(0, 20)
          .map(i -> i < 17 ? 10 : i == 17 ? 1_000 : i == 18 ? 10_000 : 60_000)
          .boxed()
          .toList();

  private BacklogRows() {}

  /**
   * Q1. The time to accept a job is measured beside a second installation whose queue is as good as
   * empty, one job here, one job there.
   */
  static void aHundredThousand(Trial trial) throws Exception {
    fill(trial, "warm-up", WARM_UP);
    try (Cluster other =
            Cluster.start(plan("no-backlog"), trial.cluster().folder().resolve("beside"));
        Trial beside = new Trial("beside", other)) {
      fill(beside, "warm-up", WARM_UP);
      Role worker = other.addWorker().awaitReady();
      awaitEmpty(beside);
      worker.kill();
      fill(trial, "fill", JOBS - WARM_UP);
      compare(beside, trial);
    }
    for (int i = 0; i < WORKERS; i++) {
      trial.cluster().addWorker();
    }
    trial.figure("done by %d workers after".formatted(WORKERS), awaitEmpty(trial));
    Findings findings = trial.finish();
    require(
        findings.ended() == JOBS + PROBES && findings.startedAgain() == 0,
        "not all ran once: " + findings);
  }

  private static void fill(Trial trial, String name, int jobs) {
    trial
        .driver()
        .run(Load.of(name, jobs, CALLERS, Duration.ZERO, Mode.ASYNC).printing(SIZES))
        .join();
  }

  private static Duration awaitEmpty(Trial trial) {
    return Await.until(
        "nothing waits and nothing runs",
        DRAIN,
        () ->
            trial.client(0).queue() instanceof Answer.Told told
                && told.body().path("queue_length").asInt(-1) == 0
                && told.body().path("running").asInt(-1) == 0);
  }

  private static void compare(Trial empty, Trial full) {
    long[] without = new long[PROBES];
    long[] with = new long[PROBES];
    for (int i = 0; i < PROBES; i++) {
      if (i % 2 == 0) {
        without[i] = accept(empty, i);
        with[i] = accept(full, i);
      } else {
        with[i] = accept(full, i);
        without[i] = accept(empty, i);
      }
    }
    for (int percent : new int[] {50, 99}) {
      long high = percentile(with, percent);
      long low = percentile(without, percent);
      full.figure(
          "p%d to accept a job: %d us with %,d waiting, %d us with at most %,d: ratio %.2f"
              .formatted(percent, high, JOBS, low, PROBES, 1.0 * high / low));
    }
  }

  private static long accept(Trial trial, int number) {
    Answer answer =
        trial
            .driver()
            .submit(Program.sleeping("probe-" + number, Duration.ZERO), Mode.ASYNC, 0)
            .join();
    require(
        answer instanceof Answer.Told told && told.status() == 202, "it was answered " + answer);
    return answer.took().toNanos() / 1_000;
  }

  private static long percentile(long[] times, int percent) {
    return Arrays.stream(times).sorted().skip((long) PROBES * percent / 100).findFirst().orElse(0);
  }

  static ClusterPlan plan(String name) {
    return ClusterPlan.usual(name).of(1, 0).with("MILLRACE_QUEUE_MAX_LENGTH", "0");
  }
}
