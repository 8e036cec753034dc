package io.millrace.e2e.soak;

import io.millrace.e2e.Await;
import io.millrace.e2e.drive.Answer;
import io.millrace.e2e.drive.Load;
import io.millrace.e2e.drive.Load.Mode;
import io.millrace.e2e.roles.Cluster;
import io.millrace.e2e.roles.ClusterPlan;
import io.millrace.e2e.roles.RedisTopology;
import io.millrace.e2e.rows.Trial;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Breaks something each minute, on one cluster of three brokers and a Redis with a replica. */
public final class Soak {

  private static final Duration MINUTE = Duration.ofMinutes(1);

  /** Short, so that the number of keys levels off within the soak. */
  private static final String RESULT_TTL = "3m";

  private static final int JOBS = 120;
  private static final int CALLERS = 6;
  private static final Duration JOB = Duration.ofMillis(200);
  private static final Duration PAUSE = Duration.ofMillis(1_000);

  /**
   * Most print a line; one reply of twelve is larger than what Redis keeps, and one is the largest.
   */
  private static final List<Integer> OUTPUTS =
      List.of(10, 10, 10, 10, 10, 1_000, 10, 10, 10, 10, 60_000, 1_000_000);

  /** Beside which a key's next jobs go to the second lane. */
  private static final int MORE_THAN_A_SHARE = 8;

  private static final Duration LONG_JOB = Duration.ofSeconds(10);

  private Soak() {}

  /** Runs for so many minutes; writes everything below {@code folder}. */
  public static Summary run(int minutes, long seed, Path folder) throws Exception {
    List<SoakMinute> past = new ArrayList<>();
    ClusterPlan plan =
        ClusterPlan.usual("soak")
            .withBrokers(3)
            .withRedis(RedisTopology.SENTINEL)
            .with("MILLRACE_RESULT_TTL", RESULT_TTL);
    try (Cluster cluster = Cluster.start(plan, folder)) {
      Nemesis nemesis = new Nemesis(seed, cluster);
      for (int number = 1; number <= minutes; number++) {
        long end = System.nanoTime() + MINUTE.toNanos();
        SoakMinute minute = runMinute(number, nemesis, cluster);
        System.out.println(minute);
        past.add(minute);
        Await.pass(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
      }
    }
    return new Summary(seed, past);
  }

  private static void runLongJobsInBothLanes(Trial trial) {
    trial.enqueue("long-first", LONG_JOB);
    for (int i = 0; i < MORE_THAN_A_SHARE; i++) {
      trial.enqueue("share-" + i, Duration.ofSeconds(1));
    }
    trial.enqueue("long-second", LONG_JOB);
  }

  private static SoakMinute runMinute(int number, Nemesis nemesis, Cluster cluster)
      throws Exception {
    Duration calm = nemesis.calm();
    Nemesis.Fault fault = nemesis.next();
    try (Trial trial = new Trial("minute-" + number, cluster)) {
      CompletableFuture<List<Answer>> load =
          trial
              .driver()
              .run(
                  Load.of("minute", JOBS, CALLERS, JOB, Mode.MIXED)
                      .pausing(PAUSE)
                      .printing(OUTPUTS));
      runLongJobsInBothLanes(trial);
      Await.pass(calm);
      long broken = System.nanoTime();
      Runnable breaking =
          () -> {
            fault.breaking().run();
            cluster.heal();
          };
      if (fault.forgets()) {
        trial.forgettingFault(fault.name(), breaking);
      } else {
        trial.fault(fault.name(), breaking);
      }
      Duration recovery = Duration.ofNanos(System.nanoTime() - broken);
      load.join();
      String found;
      boolean clean = true;
      try {
        found = trial.finish().toString();
      } catch (AssertionError e) {
        found = String.valueOf(e.getMessage());
        clean = false;
      }
      return new SoakMinute(number, fault.name(), found, clean, recovery, Vitals.of(cluster));
    }
  }
}
