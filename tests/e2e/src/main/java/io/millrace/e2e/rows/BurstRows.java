package io.millrace.e2e.rows;

import static io.millrace.e2e.rows.Trial.require;

import io.millrace.e2e.Await;
import io.millrace.e2e.drive.Answer;
import io.millrace.e2e.drive.Load;
import io.millrace.e2e.drive.Load.Mode;
import io.millrace.e2e.history.Findings;
import io.millrace.e2e.roles.Cluster;
import io.millrace.e2e.roles.ClusterPlan;
import io.millrace.e2e.roles.Role;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * One process dies in the middle of a burst whose webhooks are on; and a burst at a small queue.
 */
final class BurstRows {

  /** Waiting jobs at most, in the row of the small queue. */
  private static final int QUEUE = 20;

  private static final int SUBMITS = 300;
  private static final int CLIENTS = 64;

  private BurstRows() {}

  static void workerDies(Trial trial) throws Exception {
    Role worker = trial.cluster().worker(0);
    burst(trial, "kill -9 " + worker.name(), worker::kill);
  }

  static void gatewayDies(Trial trial) throws Exception {
    Role gateway = trial.cluster().gateway(0);
    burst(trial, "kill -9 " + gateway.name(), gateway::kill);
  }

  static void redisDies(Trial trial) throws Exception {
    burst(trial, "kill -9 of Redis", trial.cluster().redis()::kill);
  }

  static void brokerDies(Trial trial) throws Exception {
    burst(trial, "kill -9 of the broker", trial.cluster().broker()::kill);
  }

  private static void burst(Trial trial, String what, Runnable kill) throws Exception {
    Cluster cluster = trial.cluster();
    CompletableFuture<List<Answer>> load =
        trial
            .driver()
            .run(
                Load.of("burst", 150, 8, Duration.ofMillis(150), Mode.WEBHOOK)
                    .pausing(Duration.ofMillis(150)));
    Await.until("the burst is on", Duration.ofSeconds(15), () -> trial.startedJobs().size() >= 10);
    trial.fault(
        what,
        () -> {
          kill.run();
          Await.pass(Duration.ofSeconds(1));
          cluster.heal();
        });
    load.join();
    Findings findings = trial.finish();
    require(findings.accepted() > 0, "nothing was accepted: " + findings);
  }

  /** 300 submits of 0.2 s jobs from 64 clients onto a queue of 20 and two slots. */
  static void smallQueue(Trial trial) throws Exception {
    CompletableFuture<List<Answer>> load =
        trial.driver().run(Load.of("small", SUBMITS, CLIENTS, Duration.ofMillis(200), Mode.ASYNC));
    long longest = 0;
    while (!load.isDone()) {
      longest = Math.max(longest, waiting(trial));
      Await.pass(Duration.ofMillis(10));
    }
    int accepted = 0;
    for (Answer answer : load.join()) {
      require(
          answer instanceof Answer.Told told && (told.status() == 202 || told.status() == 429),
          "neither 202 nor 429: " + answer);
      Answer.Told told = (Answer.Told) answer;
      accepted += told.status() == 202 ? 1 : 0;
      require(
          told.body().path("queue_length").asInt(-1) <= QUEUE,
          "a reply says queue_length " + told.body().path("queue_length"));
      require(
          told.status() == 202 || told.headers().firstValue("Retry-After").isPresent(),
          "429 without Retry-After");
    }
    require(longest <= QUEUE, "the queue was " + longest + " long");
    Findings findings = trial.finish();
    require(
        findings.ended() == accepted && findings.starts() == accepted,
        "not every 202 was done once: " + findings);
    trial.figure(accepted + " of " + SUBMITS + " accepted; the longest queue seen " + longest);
  }

  private static long waiting(Trial trial) throws Exception {
    return Long.parseLong(trial.cluster().redis().commands().text("ZCARD", "{millrace}:lane:first"))
        + Long.parseLong(trial.cluster().redis().commands().text("ZCARD", "{millrace}:lane:bulk"));
  }

  static ClusterPlan plan() {
    return ClusterPlan.usual("small-queue").of(2, 1).with("MILLRACE_QUEUE_MAX_LENGTH", "" + QUEUE);
  }
}
