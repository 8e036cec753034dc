package io.millrace.e2e.rows;

import static io.millrace.e2e.rows.Trial.require;

import io.millrace.e2e.Await;
import io.millrace.e2e.drive.Answer;
import io.millrace.e2e.drive.Client;
import io.millrace.e2e.drive.Load;
import io.millrace.e2e.drive.Load.Mode;
import io.millrace.e2e.drive.Program;
import io.millrace.e2e.history.Findings;
import io.millrace.e2e.roles.Probe;
import io.millrace.e2e.roles.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import tools.jackson.databind.JsonNode;

/** No fault but many callers, and roles apart. */
final class CrowdRows {

  private static final Duration SOON = Duration.ofSeconds(30);
  private static final int MANY = 2_000;
  private static final int THREADS = 100;

  private CrowdRows() {}

  /** Each job is answered by the gateway that it was sent to; all see the same queue. */
  static void rolesApart(Trial trial) throws Exception {
    List<Long> pids = new ArrayList<>();
    List<Long> queues = new ArrayList<>();
    for (int gateway = 0; gateway < 2; gateway++) {
      Answer answer =
          trial
              .driver()
              .submit(Program.sleeping("apart-" + gateway, Duration.ZERO), Mode.WAIT, gateway)
              .join();
      require(answer instanceof Answer.Told told && told.status() == 200, "it answered " + answer);
      JsonNode body = ((Answer.Told) answer).body();
      pids.add(body.path("pid").asLong());
      queues.add(body.path("queue_id").asLong());
    }
    List<Long> workers =
        trial.cluster().workers().stream().map(worker -> worker.process().pid()).toList();
    require(workers.containsAll(pids), pids + " are not the workers' " + workers);
    require(queues.get(0).equals(queues.get(1)) && queues.get(0) > 0, "queue_id: " + queues);
    oneQueueLength(trial);
    Findings findings = trial.finish();
    require(findings.startedAgain() == 0, "started twice without a fault: " + findings);
  }

  private static void oneQueueLength(Trial trial) {
    trial.cluster().workers().forEach(Role::freeze);
    try {
      for (int i = 0; i < 5; i++) {
        trial.driver().submit(Program.sleeping("wait-" + i, Duration.ZERO), Mode.ASYNC, i).join();
      }
      for (int gateway = 0; gateway < 2; gateway++) {
        Client caller = trial.client(gateway);
        Await.until(
            "gateway " + gateway + " sees all five",
            Duration.ofSeconds(5),
            () ->
                caller.queue() instanceof Answer.Told told
                    && told.body().path("queue_length").asInt() == 5);
      }
    } finally {
      trial.cluster().workers().forEach(Role::thaw);
    }
  }

  /** 200 callers at once, each with a result of its own. */
  static void everyCallerItsOwn(Trial trial) throws Exception {
    List<CompletableFuture<Answer>> answers = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      answers.add(trial.driver().submit(Program.sleeping("own-" + i, Duration.ZERO), Mode.WAIT, i));
    }
    for (int i = 0; i < answers.size(); i++) {
      Answer answer = answers.get(i).join();
      require(
          answer instanceof Answer.Told told
              && told.body().path("id").asString("").equals("own-" + i)
              && told.body().path("response").path("result").asString("").equals("own-" + i)
              && told.body().path("response").path("stdout").asString("").startsWith("own-" + i),
          "own-" + i + " was answered " + answer);
    }
    Findings findings = trial.finish();
    require(findings.starts() == 200, "without a fault, one start each: " + findings);
  }

  /** No thread a caller. */
  static void manyWait(Trial trial) throws Exception {
    Role gateway = trial.cluster().gateway(0);
    int management = gateway.spec().managementPort();
    List<CallerThatLeaves> callers = new ArrayList<>();
    try {
      for (int i = 0; i < MANY; i++) {
        callers.add(CallerThatLeaves.sends(trial, gateway, Program.sleeping("many-" + i, SOON)));
      }
      Await.until(
          MANY + " callers wait",
          Duration.ofSeconds(60),
          () -> Probe.metric(management, "millrace_callers_waiting").orElse(0) >= MANY);
      double threads = Probe.metric(management, "jvm_threads_live_threads").orElse(THREADS);
      trial.figure(MANY + " callers wait, the gateway has " + (int) threads + " threads");
      require(threads < THREADS, "the gateway has " + threads + " threads");
    } finally {
      callers.forEach(CallerThatLeaves::close);
    }
    Await.until(
        "nobody waits",
        Duration.ofSeconds(60),
        () -> Probe.metric(management, "millrace_callers_waiting").orElse(1) == 0);
    // The few that had begun would go on for their 30 s.
    trial.startedJobs().forEach(job -> trial.client(0).cancel(job));
    trial.finish();
  }

  /** A long job beside a stream of short ones. */
  static void oneLongJob(Trial trial) throws Exception {
    Duration alone = shortJobs(trial, "alone");
    String lasting = trial.enqueue("long", Duration.ofSeconds(300));
    trial.awaitStart(lasting, 1, SOON);
    // It has left its record by then, as a job of 300 s has for nearly all of its time.
    Await.pass(Duration.ofSeconds(3));
    Duration beside = shortJobs(trial, "beside");
    require(trial.state(lasting).equals("running"), "the long job does not run");
    trial.client(0).cancel(lasting);
    trial.figure("p95 of a short job alone", alone);
    trial.figure("p95 beside a 300 s job", beside);
    trial.finish();
    require(
        beside.toMillis() <= 2 * alone.toMillis() + 50,
        "short jobs took %d ms instead of %d ms".formatted(beside.toMillis(), alone.toMillis()));
  }

  private static Duration shortJobs(Trial trial, String name) {
    List<Duration> times =
        trial
            .driver()
            .run(Load.of(name, 60, 2, Duration.ZERO, Mode.WAIT).pausing(Duration.ofMillis(100)))
            .join()
            .stream()
            .map(Answer::took)
            .sorted()
            .toList();
    return times.get(times.size() * 95 / 100);
  }
}
