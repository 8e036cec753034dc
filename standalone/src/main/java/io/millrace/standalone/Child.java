package io.millrace.standalone;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A role's process: started, waited for, started again when it dies, stopped. It ends with this
 * process, even when that is killed ({@link Lifeline}).
 */
final class Child {
  private static final Duration START_LIMIT = Duration.ofMinutes(3);
  private static final long BEAT_MILLIS = 50;

  private final Role role;
  private final PrintStream out;
  private @Nullable Process process;
  private Backoff backoff = Backoff.none();
  private long startedAt;
  private long loggedBefore;
  private boolean keptAlive;
  private boolean stopping;

  Child(Role role, PrintStream out) {
    this.role = role;
    this.out = out;
  }

  synchronized void start() throws IOException {
    if (stopping) {
      return;
    }
    startedAt = System.nanoTime();
    loggedBefore = Files.exists(role.log()) ? Files.size(role.log()) : 0;
    ProcessBuilder builder =
        new ProcessBuilder(Lifeline.tied(role.graceSeconds(), role.command()))
            .redirectErrorStream(true)
            .redirectOutput(role.output().toFile());
    builder.environment().putAll(role.environment());
    Process started = builder.start();
    process = started;
    started.onExit().thenRun(() -> ended(started));
  }

  /**
   * Returns when all of them do their work; from then on they are started again whenever they end.
   *
   * @throws ChildFailedException when one ends before that, or takes longer than three minutes
   * @throws InterruptedException when one is asked to stop before that
   */
  static void awaitReady(Child... children) throws IOException, InterruptedException {
    List<Child> awaited = new ArrayList<>(List.of(children));
    while (!awaited.isEmpty()) {
      Child next = awaited.remove(0);
      if (!next.becomesReady()) {
        awaited.add(next);
      }
    }
  }

  private boolean becomesReady() throws IOException, InterruptedException {
    if (role.readiness().isReached()) {
      keepAlive();
      return true;
    }
    boolean ended = endsWithinABeat();
    if (isStopping()) {
      throw new InterruptedException("Stopped while starting");
    }
    if (ended) {
      throw new ChildFailedException(
          "the " + role.name() + " does not start", LastWords.of(role, loggedBefore));
    }
    if (System.nanoTime() - startedAt > START_LIMIT.toNanos()) {
      throw new ChildFailedException(
          "the " + role.name() + " is not ready after " + START_LIMIT.toMinutes() + " minutes",
          LastWords.of(role, loggedBefore));
    }
    return false;
  }

  private boolean endsWithinABeat() throws InterruptedException {
    Process current = current();
    return current == null || current.waitFor(BEAT_MILLIS, TimeUnit.MILLISECONDS);
  }

  private synchronized boolean isStopping() {
    return stopping;
  }

  private synchronized @Nullable Process current() {
    return process;
  }

  private synchronized void keepAlive() {
    keptAlive = true;
    Process current = process;
    if (current != null && !current.isAlive()) {
      ended(current);
    }
  }

  private synchronized void ended(Process dead) {
    if (stopping || !keptAlive || dead != process) {
      return;
    }
    process = null;
    out.printf(
        "The %s ended with status %d; its log is %s%n", role.name(), dead.exitValue(), role.log());
    startLater();
  }

  private synchronized void startLater() {
    backoff = backoff.after(Duration.ofNanos(System.nanoTime() - startedAt));
    out.printf("The %s is started again in %d s.%n", role.name(), backoff.pause().toSeconds());
    CompletableFuture.delayedExecutor(backoff.pause().toMillis(), TimeUnit.MILLISECONDS)
        .execute(this::startAgain);
  }

  private void startAgain() {
    try {
      start();
    } catch (IOException e) {
      out.printf("The %s cannot be started: %s%n", role.name(), e.getMessage());
      startLater();
    }
  }

  /** Asks the process to end and returns at once. */
  synchronized void askToStop() {
    stopping = true;
    if (process != null) {
      process.destroy();
    }
  }

  /** Returns when the process is gone: by itself within its grace period, or killed after it. */
  void awaitStopped() throws InterruptedException {
    Process current = current();
    if (current != null && !current.waitFor(role.graceSeconds(), TimeUnit.SECONDS)) {
      out.printf("The %s is killed after %d s.%n", role.name(), role.graceSeconds());
      current.destroyForcibly().waitFor();
    }
  }
}
