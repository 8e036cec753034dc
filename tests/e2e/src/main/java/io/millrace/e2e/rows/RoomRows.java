package io.millrace.e2e.rows;

import static io.millrace.e2e.rows.Trial.require;

import io.millrace.e2e.Await;
import io.millrace.e2e.drive.Answer;
import io.millrace.e2e.drive.Load;
import io.millrace.e2e.drive.Load.Mode;
import io.millrace.e2e.drive.Program;
import io.millrace.e2e.fault.Resp;
import io.millrace.e2e.history.Findings;
import io.millrace.e2e.roles.BrokerRole;
import io.millrace.e2e.roles.ClusterPlan;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What takes the room of others: large replies, a full store; and a broker of three that dies. */
final class RoomRows {

  private static final int LARGEST_REPLY = 4 << 20;
  private static final int LARGE_ONES = 40;
  private static final int SMALL_ONES = 200;
  private static final Duration SOON = Duration.ofSeconds(20);

  /** As many escaped bytes as there can be: six for each, and more than the limit by far. */
  private static final String FLOOD =
      "import sys\nsys.stdout.write('\\0' * (1 << 20))\nsys.stderr.write('\\0' * (1 << 20))";

  private RoomRows() {}

  /** R13. */
  static void theLargestReply(Trial trial) throws Exception {
    for (Mode mode : List.of(Mode.WAIT, Mode.ASYNC, Mode.WEBHOOK)) {
      Answer answer = trial.driver().submit(Program.of("r13-" + mode, FLOOD), mode, 0).join();
      require(answer instanceof Answer.Told, "it was answered " + answer);
      String job = ((Answer.Told) answer).jobId();
      trial.awaitState(job, "succeeded", SOON);
      Answer.Told shown = (Answer.Told) trial.client(1).status(job);
      int bytes = shown.body().path("reply").toString().getBytes(StandardCharsets.UTF_8).length;
      require(
          bytes <= LARGEST_REPLY && bytes > LARGEST_REPLY * 9 / 10,
          "the largest reply has " + bytes + " bytes");
      require(
          shown.body().at("/reply/response/truncated").asBoolean(false),
          "it is not flagged as cut");
      long kept = memory(trial.cluster().redis().commands(), "{millrace}:job:" + job);
      require(kept > 0 && kept < 1200, "Redis has " + kept + " bytes for it");
    }
    trial.finish();
  }

  /** R14. */
  static void smallJobsBesideLargeReplies(Trial trial) throws Exception {
    double alone = percentile95(trial, "alone");
    List<CompletableFuture<Answer>> large = new ArrayList<>();
    for (int i = 0; i < LARGE_ONES; i++) {
      large.add(trial.driver().submit(Program.of("large-" + i, FLOOD), Mode.WAIT, i % 2));
    }
    double beside = percentile95(trial, "beside");
    large.forEach(CompletableFuture::join);
    trial.figure(
        "p95 of a small job: %.1f ms alone, %.1f ms beside %d largest replies"
            .formatted(alone, beside, LARGE_ONES));
    trial.finish();
  }

  /** R15: full, but not so full that Redis refuses a write. */
  static void nearlyFull(Trial trial) throws Exception {
    Resp redis = trial.cluster().redis().commands();
    String running = trial.enqueue("running", Duration.ofSeconds(3));
    trial.awaitStart(running, 1, SOON);
    long used = used(redis);
    trial.fault(
        "Redis is nearly full",
        () -> {
          redis.say("CONFIG", "SET", "maxmemory", "" + used * 100 / 85);
          Await.until(
              "no new job is let in",
              SOON,
              () ->
                  trial.driver().submit(sleeping("refused"), Mode.ASYNC, 0).join()
                          instanceof Answer.Told told
                      && told.status() == 503
                      && told.headers().firstValue("Retry-After").isPresent());
          trial.awaitState(running, "succeeded", SOON);
          redis.say("CONFIG", "SET", "maxmemory", "0");
        });
    Await.until(
        "jobs are let in again",
        SOON,
        () ->
            trial.driver().submit(sleeping("after"), Mode.ASYNC, 0).join()
                    instanceof Answer.Told told
                && told.status() == 202);
    trial.finish();
  }

  /** K11. */
  static void theLeaderDies(Trial trial) throws Exception {
    BrokerRole brokers = trial.cluster().broker();
    CompletableFuture<List<Answer>> load =
        trial
            .driver()
            .run(
                Load.of("leader", 300, 8, Duration.ofMillis(150), Mode.MIXED)
                    .pausing(Duration.ofMillis(150)));
    Await.until("the load is on", SOON, () -> trial.startedJobs().size() >= 20);
    trial.fault(
        "kill -9 of the broker that leads the jobs",
        () -> {
          brokers.kill(brokers.leaderOf("millrace.jobs"));
          Await.pass(Duration.ofSeconds(8));
        });
    int before = trial.startedJobs().size();
    Await.until(
        "jobs go on with two brokers of three", SOON, () -> trial.startedJobs().size() > before);
    load.join();
    brokers.restart();
    Findings findings = trial.finish();
    require(findings.accepted() > 0, "nothing was accepted: " + findings);
  }

  static ClusterPlan threeBrokers() {
    return ClusterPlan.usual("three-brokers").withBrokers(3);
  }

  private static Program sleeping(String name) {
    return Program.sleeping(name + "-" + System.nanoTime(), Duration.ZERO);
  }

  private static double percentile95(Trial trial, String name) {
    return trial
            .driver()
            .run(Load.of(name, SMALL_ONES, 1, Duration.ZERO, Mode.WAIT))
            .join()
            .stream()
            .mapToLong(answer -> answer.took().toNanos())
            .sorted()
            .skip(SMALL_ONES * 95 / 100)
            .findFirst()
            .orElse(0)
        / 1e6;
  }

  private static long used(Resp redis) {
    return Long.parseLong(
        redis
            .say("INFO", "memory")
            .lines()
            .filter(line -> line.startsWith("used_memory:"))
            .findFirst()
            .orElseThrow()
            .substring("used_memory:".length())
            .trim());
  }

  private static long memory(Resp redis, String key) {
    return Long.parseLong(redis.say("MEMORY", "USAGE", key));
  }
}
