package io.millrace.standalone;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** {@code ./millrace status} and {@code ./millrace stop}: what runs on the data folder. */
final class Control {
  static final int FINE = 0;
  static final int NOT_ALL = 1;
  static final int NONE_RUNS = 3;

  /** Above the grace periods of all roles together. */
  private static final Duration STOP_LIMIT = Duration.ofMinutes(2);

  private final Path dataDir;
  private final PrintStream out;

  Control(Path dataDir, PrintStream out) {
    this.dataDir = dataDir;
    this.out = out;
  }

  /** {@code status} or {@code stop}. */
  public static void main(String[] arguments) throws InterruptedException {
    try {
      Control control = new Control(StandaloneSettings.from(System.getenv()).dataDir(), System.out);
      System.exit(arguments[0].equals("stop") ? control.stop() : control.status());
    } catch (UnusableSettingException | IllegalStateException e) {
      throw Exit.because(e.getMessage());
    }
  }

  /** Says what answers; returns the exit status. */
  int status() throws InterruptedException {
    Optional<RunningUp> running = running();
    if (running.isEmpty()) {
      return noneRuns(NONE_RUNS);
    }
    RunningUp up = running.get();
    StandaloneSettings settings = up.settings();
    out.printf("Millrace runs on %s (process %d, data in %s)%n", settings.url(), up.pid(), dataDir);
    boolean all = tell("Kafka", LoopbackPort.answers(settings.kafkaPort()));
    all &= tell("Redis", LoopbackPort.answers(settings.redisPort()));
    all &= tell("gateway", isReady(settings.managementPort()));
    all &= tell("worker", isReady(up.workerPort()));
    return all ? FINE : NOT_ALL;
  }

  private static boolean isReady(int managementPort) throws InterruptedException {
    try {
      return Readiness.ofProbe(managementPort).isReached();
    } catch (IOException e) {
      return false;
    }
  }

  private boolean tell(String role, boolean ready) {
    out.printf("  %-8s %s%n", role, ready ? "ready" : "not ready");
    return ready;
  }

  /** Asks it to stop and waits for its end; returns the exit status. */
  int stop() throws InterruptedException {
    Optional<ProcessHandle> supervisor =
        running().flatMap(running -> ProcessHandle.of(running.pid()));
    if (supervisor.isEmpty()) {
      return noneRuns(FINE);
    }
    long pid = supervisor.get().pid();
    if (!supervisor.get().destroy()) {
      throw new IllegalStateException(
          "process " + pid + " belongs to another user; stop it as that user, or as root");
    }
    awaitEnd(supervisor.get());
    out.println("Stopped; the data stays in " + dataDir);
    return FINE;
  }

  private static void awaitEnd(ProcessHandle supervisor) throws InterruptedException {
    try {
      supervisor.onExit().get(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException(
          "process %d still runs after %d minutes; kill -9 %d ends it and all it started"
              .formatted(supervisor.pid(), STOP_LIMIT.toMinutes(), supervisor.pid()),
          e);
    }
  }

  private Optional<RunningUp> running() {
    try {
      return RunningUp.on(dataDir);
    } catch (IOException e) {
      throw DataFolder.unusable(dataDir, e);
    }
  }

  private int noneRuns(int status) {
    out.println("No ./millrace up runs on " + dataDir);
    return status;
  }
}
