package io.millrace.sandbox;

import java.io.IOException;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * One slot's sandbox: a helper process that runs one job at a time, each in a sandbox of its own.
 * When the helper dies, everything below it dies with it (it sees its pipe close, or the kernel
 * does it), the job's future fails, and the next {@link #start()} makes a new one.
 *
 * <p>One thread starts jobs; any thread may {@link #kill(UUID)}.
 */
public final class Sandbox implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Sandbox.class);

  private static final long BACKSTOP_SECONDS = 10;

  /** So long a wide job's files may take to be kept. */
  private static final long TRANSFER_SECONDS = 300;

  private final int slot;
  private final SandboxFiles files;
  private final SandboxSettings settings;
  private final String tier;
  private final SandboxEvents events;

  private volatile @Nullable Helper helper;

  public Sandbox(
      int slot, SandboxFiles files, SandboxSettings settings, String tier, SandboxEvents events) {
    this.slot = slot;
    this.files = files;
    this.settings = settings;
    this.tier = tier;
    this.events = events;
  }

  /** Which of its host's it is. */
  public int slot() {
    return slot;
  }

  /** Starts the helper unless it lives; throws when it does not come up. */
  public void start() throws SandboxFailedException {
    if (isUp()) {
      return;
    }
    try {
      ProcessBuilder builder = files.process(settings.python(), "serve");
      builder.redirectError(ProcessBuilder.Redirect.INHERIT);
      Helper started = new Helper(builder.start(), events::recycled);
      helper = started;
      tell(started.greet(settings.of(slot, tier)));
      started.listen("sandbox-" + slot);
      events.started();
    } catch (IOException e) {
      events.notStarted();
      close();
      throw new SandboxFailedException("slot " + slot + " has no sandbox: " + e.getMessage(), e);
    }
  }

  private void tell(JsonNode said) {
    log.debug("Slot {} has a sandbox: {}", slot, said);
    JsonNode missing = said.path("not_preimported");
    if (!missing.isEmpty()) {
      log.warn(
          "Slot {}: millrace.sandbox.preimport names what cannot be imported, and jobs run without:"
              + " {}",
          slot,
          missing);
    }
  }

  /** Whether the helper lives. */
  public boolean isUp() {
    Helper known = helper;
    return known != null && known.isAlive();
  }

  /**
   * How many seconds to wait for what {@code run} answers. The helper enforces the job's timeout;
   * one that has no result by then is broken, and has to be closed.
   */
  public static long patience(int jobTimeout, boolean wide) {
    return jobTimeout + BACKSTOP_SECONDS + (wide ? TRANSFER_SECONDS : 0);
  }

  /**
   * Runs a job. The future holds its result, or fails with {@link SandboxFailedException}; whoever
   * waits for it has {@link #patience} and no more.
   *
   * @param listener hears what a job writes that runs for longer than a moment
   */
  public CompletableFuture<RunResult> run(Program job, OutputListener listener) {
    Helper known = helper;
    return known == null
        ? CompletableFuture.failedFuture(new SandboxFailedException("the helper is not running"))
        : known.run(job, listener);
  }

  /**
   * Runs a wide job: returns when its inputs are with the helper, read as fast as the sandbox takes
   * them, or could not be. The future holds the outcome once its files were kept, or fails with
   * {@link SandboxFailedException}: also where an input cannot be read, or a file cannot be kept.
   *
   * @param listener hears what a job writes that runs for longer than a moment
   * @param keeper keeps its files, in the sandbox's own thread
   */
  public CompletableFuture<WideOutcome> run(
      Program job, WideRequest wide, OutputListener listener, OutputFiles keeper) {
    Helper known = helper;
    if (known == null) {
      return CompletableFuture.failedFuture(
          new SandboxFailedException("the helper is not running"));
    }
    IncomingFiles files =
        new IncomingFiles(job.jobId().toString(), keeper, settings.number("file_limit"));
    return known.run(job, wide, listener, files);
  }

  /** Kills this job if it runs here; its future then says that it was cancelled. */
  public void kill(UUID jobId) {
    Helper known = helper;
    if (known != null) {
      known.kill(jobId);
    }
  }

  /** Ends the helper and all that it runs: it sees its pipe close, or is killed. */
  @Override
  public void close() {
    Helper known = helper;
    helper = null;
    if (known != null) {
      known.close();
    }
  }
}
