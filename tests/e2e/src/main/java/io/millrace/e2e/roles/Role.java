package io.millrace.e2e.roles;

import io.millrace.e2e.Await;
import io.millrace.standalone.Lifeline;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A gateway or a worker as a process of its own. Not thread-safe. */
public final class Role implements AutoCloseable {

  private static final Duration START_LIMIT = Duration.ofSeconds(240);
  private static final int LIFELINE_GRACE_SECONDS = 2;

  private final RoleSpec spec;
  private final Set<ProcessHandle> everBelow = new HashSet<>();
  private Process process;

  private Role(RoleSpec spec, Process process) {
    this.spec = spec;
    this.process = process;
  }

  /** Starts the process and returns at once. */
  public static Role start(RoleSpec spec) {
    return new Role(spec, launch(spec));
  }

  private static Process launch(RoleSpec spec) {
    try {
      Path temporary = Files.createDirectories(spec.folder().resolve(spec.name() + "-tmp"));
      ProcessBuilder builder =
          new ProcessBuilder(Lifeline.tied(LIFELINE_GRACE_SECONDS, spec.command()))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(spec.log().toFile()));
      String path = System.getenv().getOrDefault("PATH", "/usr/bin:/bin");
      builder.environment().clear();
      builder.environment().put("PATH", path);
      builder.environment().put("TMPDIR", temporary.toString());
      builder.environment().putAll(spec.environment());
      return builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + spec.name(), e);
    }
  }

  public String name() {
    return spec.name();
  }

  public RoleSpec spec() {
    return spec;
  }

  public ProcessHandle process() {
    return process.toHandle();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Returns when it is ready and reaches its stores; fails when it ends before. */
  public Role awaitReady() {
    Await.until(
        name() + " is ready; its log is " + spec.log(),
        START_LIMIT,
        () -> {
          if (!isAlive()) {
            throw new AssertionError(name() + " ended while starting; its log is " + spec.log());
          }
          return Probe.isReady(spec.managementPort())
              && Probe.reachesItsStores(spec.managementPort());
        });
    return this;
  }

  /** The processes below it now: helpers and their sandboxes. */
  public Set<ProcessHandle> below() {
    Set<ProcessHandle> below = process.descendants().collect(Collectors.toSet());
    everBelow.addAll(below);
    return below;
  }

  /** Those of the processes ever seen below it that live, though it does not. */
  public Set<ProcessHandle> orphans() {
    Set<ProcessHandle> mine = process.descendants().collect(Collectors.toSet());
    return everBelow.stream()
        .filter(each -> !mine.contains(each) && Alive.is(each))
        .collect(Collectors.toSet());
  }

  /** As {@code kill -9}; returns when it is gone. What was below it is remembered. */
  public void kill() {
    below();
    process.destroyForcibly();
    awaitExit(Duration.ofSeconds(10));
  }

  /** Freezes the process itself, not what is below it. */
  public void freeze() {
    Signals.stop(process());
  }

  /** Lets it go on. */
  public void thaw() {
    Signals.cont(process());
  }

  /** Asks it to end and returns at once. */
  public void terminate() {
    below();
    // Not by the process itself, which would close its standard input too: its lifeline.
    process.toHandle().destroy();
  }

  /** Its exit code. */
  public int awaitExit(Duration atMost) {
    try {
      if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new AssertionError(name() + " does not end within " + atMost.toMillis() + " ms");
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting for the end of " + name(), e);
    }
  }

  /** Starts it again, on the same ports, and returns at once. */
  public void restart() {
    if (isAlive()) {
      throw new IllegalStateException(name() + " still lives");
    }
    process = launch(spec);
  }

  /** Ends it, whatever state it is in. Repeating it does nothing. */
  @Override
  public void close() {
    if (isAlive()) {
      process.destroyForcibly();
      awaitExit(Duration.ofSeconds(10));
    }
  }
}
