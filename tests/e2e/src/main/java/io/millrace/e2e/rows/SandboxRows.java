package io.millrace.e2e.rows;

import static io.millrace.e2e.rows.Trial.require;

import io.millrace.e2e.drive.Answer;
import io.millrace.e2e.drive.Load.Mode;
import io.millrace.e2e.drive.Program;
import io.millrace.e2e.roles.Role;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;

/** Programs that do their worst, and a worker without the means to hold them. */
final class SandboxRows {

  private static final Duration SLACK = Duration.ofSeconds(2);
  private static final int SECONDS = 3;

  private SandboxRows() {}

  /** W11. */
  static void noInterpreter(Trial trial) throws Exception {
    try (Role worker =
        trial
            .cluster()
            .launch()
            .with("MILLRACE_SANDBOX_PYTHON", "/nonexistent/python3")
            .worker("worker-without-python")) {
      int code = worker.awaitExit(Duration.ofSeconds(60));
      require(code != 0, "it ended as if all were well");
      require(
          Files.readString(worker.spec().log()).contains("millrace.sandbox.python"),
          "it does not name the setting");
    }
  }

  /** W13: five programs that do not want to end. */
  static void endless(Trial trial) throws Exception {
    List<String> programs =
        List.of(
            "while True: pass",
            "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(60)",
            "import time\nif os.fork() == 0 and os.fork() == 0:\n    time.sleep(60)\ntime.sleep(60)",
            "import time\nos.kill(1, 9)\ntime.sleep(60)",
            "import time\nos.kill(-1, 9)\ntime.sleep(60)");
    for (int i = 0; i < programs.size(); i++) {
      Program program = Program.of("w13-" + i, programs.get(i)).within(SECONDS);
      Answer answer = trial.driver().submit(program, Mode.WAIT, 0).join();
      require(
          answer instanceof Answer.Told told && (told.status() == 408 || told.status() == 400),
          program.k() + " was answered " + answer);
      double ran = ((Answer.Told) answer).body().path("run_time").asDouble();
      require(ran <= SECONDS + SLACK.toSeconds(), program.k() + " ran for " + ran + " s");
    }
    trial.finish();
    require(trial.cluster().workers().stream().allMatch(Role::isAlive), "a worker died");
  }

  /** W14: five programs that want everything. */
  static void greedy(Trial trial) throws Exception {
    List<String> programs =
        List.of(
            "while True:\n    os.fork()",
            "x = bytearray(10 << 30)",
            "while True:\n    print('x' * 65536)",
            "for i in range(1000000):\n    open('/tmp/f%d' % i, 'w').close()",
            "with open('/tmp/large', 'wb') as f:\n    while True:\n        f.write(b'x' * 65536)");
    for (int i = 0; i < programs.size(); i++) {
      Program program = Program.of("w14-" + i, programs.get(i)).within(SECONDS);
      Answer answer = trial.driver().submit(program, Mode.WAIT, 0).join();
      require(
          answer instanceof Answer.Told told && (told.status() == 408 || told.status() == 400),
          program.k() + " was answered " + answer);
      trial.awaitState(
          trial.enqueue("beside-" + i, Duration.ZERO), "succeeded", Duration.ofSeconds(10));
    }
    trial.finish();
    require(trial.cluster().workers().stream().allMatch(Role::isAlive), "a worker died");
  }
}
