package io.millrace.e2e.rows;

import static io.millrace.e2e.rows.Trial.require;

import io.millrace.e2e.Await;
import io.millrace.e2e.drive.Answer;
import io.millrace.e2e.drive.Client;
import io.millrace.e2e.drive.Load;
import io.millrace.e2e.drive.Load.Mode;
import io.millrace.e2e.drive.Program;
import io.millrace.e2e.history.Findings;
import io.millrace.e2e.roles.Launch;
import io.millrace.e2e.roles.Probe;
import io.millrace.e2e.roles.Role;
import io.millrace.e2e.roles.Signals;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A gateway dies, freezes, is stopped; its callers leave. */
final class GatewayRows {

  private static final Duration SOON = Duration.ofSeconds(15);

  private GatewayRows() {}

  /** G1: it has admitted a job and cannot send it. */
  static void killedBeforeTheSend(Trial trial) throws Exception {
    Role gateway = trial.cluster().gateway(0);
    trial.fault(
        "kill -9 " + gateway.name() + " in mid send",
        () -> {
          Signals.stop(trial.cluster().broker().process());
          CompletableFuture<Answer> answer =
              trial.driver().submit(Program.sleeping("g1", Duration.ZERO), Mode.ASYNC, 0);
          Await.until("the job is admitted", SOON, () -> waiting(trial) > 0);
          gateway.kill();
          require(
              answer.join() instanceof Answer.Nothing
                  || (answer.join() instanceof Answer.Told told && told.status() == 503),
              "a gateway that could not send said " + answer.join());
          Signals.cont(trial.cluster().broker().process());
        });
    trial.figure(
        "counted no longer after",
        Await.until("the queue's length is 0", Duration.ofSeconds(60), () -> waiting(trial) == 0));
    trial.cluster().heal();
    trial.finish();
  }

  private static long waiting(Trial trial) throws IOException {
    return Long.parseLong(
        trial.cluster().redis().commands().text("ZCARD", "{millrace}:lane:first"));
  }

  /** G2 and G3: its caller waits, and asks again elsewhere with the same key. */
  static void killedWhileACallerWaits(Trial trial) throws Exception {
    Role gateway = trial.cluster().gateway(0);
    String[] key = {"Idempotency-Key", "g2-key"};
    Program program = Program.sleeping("g2", Duration.ofSeconds(3));
    CompletableFuture<Answer> cut = trial.driver().submit(program, Mode.WAIT, 0, key);
    String job = Await.value("it has begun", SOON, () -> Evidence.firstStart(trial));
    trial.fault("kill -9 " + gateway.name(), gateway::kill);
    require(cut.join() instanceof Answer.Nothing, "a dead gateway answered");
    Client other = trial.client(1);
    Answer inFlight = other.submit(program, null, key).join();
    require(
        inFlight instanceof Answer.Told told && told.status() == 409,
        "while in flight, a repeat was told " + inFlight);
    Answer otherBody =
        other.submit(Program.sleeping("g2", Duration.ofSeconds(4)), null, key).join();
    require(
        otherBody instanceof Answer.Told told && told.status() == 422,
        "another body under the same key was told " + otherBody);
    Await.until(
        "it has ended",
        SOON,
        () ->
            other.status(job) instanceof Answer.Told told
                && told.body().path("state").asString("").equals("succeeded"));
    Answer repeat = other.submit(program, null, key).join();
    require(
        repeat instanceof Answer.Told told && told.status() == 200 && told.jobId().equals(job),
        "a repeat got another answer: " + repeat);
    trial.cluster().heal();
    Findings findings = trial.finish();
    require(findings.starts() == 1 && findings.recovered() == 1, "not once: " + findings);
  }

  /** G4. */
  static void stoppedUnderLoad(Trial trial) throws Exception {
    Role gateway = trial.cluster().gateway(0);
    List<CompletableFuture<Answer>> waiting = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      waiting.add(
          trial
              .driver()
              .submit(Program.sleeping("waits-" + i, Duration.ofSeconds(2)), Mode.WAIT, 0));
    }
    Await.until(
        "all six wait",
        SOON,
        () ->
            Probe.metric(gateway.spec().managementPort(), "millrace_callers_waiting").orElse(0)
                >= 6);
    gateway.terminate();
    for (CompletableFuture<Answer> each : waiting) {
      Answer answer = each.join();
      require(
          answer instanceof Answer.Told told && (told.status() == 200 || told.status() == 202),
          "a caller that waited was told " + answer);
    }
    Answer late = trial.client(0).submit(Program.sleeping("late", Duration.ZERO), null).join();
    require(
        late instanceof Answer.Nothing
            || (late instanceof Answer.Told told && told.status() == 503),
        "a stopping gateway said " + late);
    int code = gateway.awaitExit(Duration.ofSeconds(40));
    require(code == 0, "it ended with code " + code);
    trial.cluster().heal();
    trial.finish();
  }

  /** G5. */
  static void frozen(Trial trial) throws Exception {
    Role gateway = trial.cluster().gateway(0);
    CompletableFuture<List<Answer>> load =
        trial.driver().run(Load.of("g5", 24, 6, Duration.ofMillis(200), Mode.WAIT));
    trial.fault(
        "freeze " + gateway.name(),
        () -> {
          gateway.freeze();
          Await.pass(Duration.ofSeconds(5));
          gateway.thaw();
        });
    for (Answer answer : load.join()) {
      require(answer instanceof Answer.Told told && told.status() == 200, "a caller got " + answer);
    }
    trial.finish();
  }

  /** G6. */
  static void callersLeave(Trial trial) throws Exception {
    Role gateway = trial.cluster().gateway(0);
    int management = gateway.spec().managementPort();
    List<CallerThatLeaves> callers = new ArrayList<>();
    try {
      for (int i = 0; i < 40; i++) {
        callers.add(
            CallerThatLeaves.sends(
                trial, gateway, Program.sleeping("g6-" + i, Duration.ofSeconds(1))));
      }
      Await.until(
          "they wait",
          SOON,
          () -> Probe.metric(management, "millrace_callers_waiting").orElse(0) >= 10);
    } finally {
      callers.forEach(CallerThatLeaves::close);
    }
    trial.figure(
        "their places are free after",
        Await.until(
            "nobody waits",
            SOON,
            () -> Probe.metric(management, "millrace_callers_waiting").orElse(1) == 0));
    Findings findings = trial.finish();
    require(findings.starts() < 40, "jobs that nobody waited for were started: " + findings);
    trial.figure(findings.starts() + " of 40 had begun before their callers left");
  }

  /** G9. */
  static void noKey(Trial trial) throws Exception {
    Launch keyless = trial.cluster().launch().with("MILLRACE_API_KEYS", "");
    try (Role gateway = keyless.gateway("gateway-keyless")) {
      int code = gateway.awaitExit(Duration.ofSeconds(60));
      require(code != 0, "it ended as if all were well");
      String said = Files.readString(gateway.spec().log());
      require(said.contains("MILLRACE_API_KEYS"), "it does not name the setting: " + said);
    }
  }

  /** G7. */
  static void outOfDescriptors(Trial trial) throws Exception {
    Role gateway = trial.cluster().gateway(0);
    URI address = URI.create("http://127.0.0.1:" + gateway.spec().port());
    trial.fault(
        gateway.name() + " has no descriptors left",
        () -> {
          Limits.descriptors(gateway.process(), 120);
          try (Crowd crowd = Crowd.of(address, 200)) {
            require(crowd.size() > 0, "nobody came");
            Await.pass(Duration.ofSeconds(2));
            require(gateway.isAlive(), "it crashed");
          } finally {
            Limits.descriptors(gateway.process(), 20_000);
          }
        });
    Await.until(
        "it answers again",
        Duration.ofSeconds(30),
        () ->
            trial.client(0).submit(Program.sleeping("free", Duration.ZERO), null).join()
                    instanceof Answer.Told told
                && told.status() == 200);
    trial.finish();
  }

  /** G8. */
  static void outOfHeap(Trial trial) throws Exception {
    String safe = trial.enqueue("safe", Duration.ofSeconds(3));
    try (Role small = trial.cluster().launch().gateway("gateway-small", "-Xmx48m").awaitReady()) {
      Client client =
          new Client(URI.create("http://127.0.0.1:" + small.spec().port()), Launch.API_KEY);
      String large = "#" + "x".repeat(1_000_000);
      List<CompletableFuture<Answer>> flood = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        flood.add(client.submit(new Program("flood-" + i, large, 5), null));
      }
      flood.forEach(CompletableFuture::join);
      trial.figure(small.isAlive() ? "it refused what it could not hold" : "it ended, as told");
    }
    trial.awaitState(safe, "succeeded", SOON);
  }
}
