package io.millrace.worker.sandbox;

import io.millrace.job.Job;
import io.millrace.job.Outcome;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One slot's sandbox: a helper process that runs one job at a time, each in a sandbox of its own.
 * When the helper dies, everything below it dies with it (it sees its pipe close, or the kernel
 * does it), the job's future fails, and the next {@link #start()} makes a new one.
 *
 * <p>One thread starts jobs; any thread may {@link #kill()}.
 */
public final class Sandbox implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Sandbox.class);
  private static final JsonMapper JSON = new JsonMapper();
  private static final int PIPE_BUFFER = 1 << 16;

  /** The helper enforces the timeout; one that has not answered by then is broken. */
  private static final long BACKSTOP_SECONDS = 10;

  private static final long CLOSE_SECONDS = 2;

  private final int slot;
  private final SandboxFiles files;
  private final SandboxSettings settings;
  private final String tier;
  private final SandboxMeters meters;

  private volatile @Nullable Process process;
  private @Nullable DataOutputStream out;
  private volatile @Nullable Running running;

  private record Running(Job job, OutputListener listener, CompletableFuture<Outcome> outcome) {}

  public Sandbox(
      int slot, SandboxFiles files, SandboxSettings settings, String tier, SandboxMeters meters) {
    this.slot = slot;
    this.files = files;
    this.settings = settings;
    this.tier = tier;
    this.meters = meters;
  }

  /** Starts the helper unless it lives; throws when it does not come up. */
  public void start() throws SandboxFailedException {
    if (isUp()) {
      return;
    }
    try {
      ProcessBuilder builder = new ProcessBuilder(files.command(settings.python(), "serve"));
      // Nothing of the worker's environment, which holds secrets, but the path by which an
      // interpreter that is started by its name finds itself.
      builder.environment().keySet().retainAll(Set.of("PATH"));
      builder.redirectError(ProcessBuilder.Redirect.INHERIT);
      Process started = builder.start();
      process = started;
      out = new DataOutputStream(new BufferedOutputStream(started.getOutputStream(), PIPE_BUFFER));
      send(Frame.of(Frame.SETTINGS, JSON.writeValueAsString(helperSettings())));
      DataInputStream in =
          new DataInputStream(new BufferedInputStream(started.getInputStream(), PIPE_BUFFER));
      greet(Frame.read(in));
      Thread reader = new Thread(() -> readResults(in), "sandbox-" + slot);
      reader.setDaemon(true);
      reader.start();
      meters.started();
    } catch (IOException e) {
      meters.notStarted();
      close();
      throw new SandboxFailedException("slot " + slot + " has no sandbox: " + e.getMessage(), e);
    }
  }

  private void greet(Frame hello) throws IOException {
    JsonNode said = JSON.readTree(hello.text());
    if (hello.type() != Frame.HELLO || !said.path("ready").asBoolean()) {
      throw new IOException(hello.text());
    }
    log.debug("Slot {} has a sandbox: {}", slot, hello.text());
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
    Process known = process;
    return known != null && known.isAlive();
  }

  /**
   * Runs a job. The future holds the outcome, or fails with {@link SandboxFailedException}.
   *
   * @param listener hears what a job writes that runs for longer than a moment
   */
  public CompletableFuture<Outcome> run(Job job, OutputListener listener) {
    Running next = new Running(job, listener, new CompletableFuture<>());
    running = next;
    try {
      send(new Frame(Frame.JOB, jobPayload(job)));
    } catch (IOException e) {
      fail(next, "the helper took no job", e);
    }
    return next.outcome().orTimeout(job.request().timeout() + BACKSTOP_SECONDS, TimeUnit.SECONDS);
  }

  /** Kills the job that runs, if one does; its future then says that it was cancelled. */
  public void kill() {
    try {
      if (running != null) {
        send(Frame.of(Frame.CANCEL, ""));
      }
    } catch (IOException e) {
      log.debug("Slot {}: the helper has gone already", slot);
    }
  }

  /** Ends the helper and all that it runs: it sees its pipe close, or is killed. */
  @Override
  public void close() {
    Process known = process;
    if (known == null) {
      return;
    }
    process = null;
    try {
      known.getOutputStream().close();
      if (!known.waitFor(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        known.destroyForcibly();
      }
    } catch (IOException e) {
      known.destroyForcibly();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      known.destroyForcibly();
    }
  }

  private synchronized void send(Frame frame) throws IOException {
    if (process == null || out == null) {
      throw new IOException("the helper is not running");
    }
    frame.write(out);
  }

  private void readResults(DataInputStream in) {
    try {
      while (true) {
        Frame frame = Frame.read(in);
        if (frame.type() == Frame.RECYCLED) {
          meters.recycled();
          continue;
        }
        Running ended = running;
        if (ended == null) {
          continue;
        }
        switch (frame.type()) {
          case Frame.STDOUT -> ended.listener().wroteToStdout(frame.payload());
          case Frame.STDERR -> ended.listener().wroteToStderr(frame.payload());
          case Frame.RESULT -> {
            running = null;
            complete(ended, frame.payload());
          }
          default -> throw new IOException("the helper sent a frame of type " + frame.type());
        }
      }
    } catch (IOException e) {
      Running lost = running;
      if (lost != null) {
        fail(lost, "the helper died", e);
      }
    }
  }

  private static void complete(Running ended, byte[] payload) {
    try {
      ended.outcome().complete(SandboxRun.outcome(payload, ended.job().request().timeout()));
    } catch (SandboxFailedException | RuntimeException e) {
      ended.outcome().completeExceptionally(e);
    }
  }

  private void fail(Running lost, String message, IOException cause) {
    running = null;
    lost.outcome().completeExceptionally(new SandboxFailedException(message, cause));
  }

  private static byte[] jobPayload(Job job) {
    byte[] header =
        JSON.writeValueAsBytes(
            Map.of(
                "job_id",
                job.jobId().toString(),
                "timeout_ms",
                job.request().timeout() * 1000L,
                "stream",
                true));
    byte[] code = job.request().code().getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(Integer.BYTES + header.length + code.length)
        .putInt(header.length)
        .put(header)
        .put(code)
        .array();
  }

  private Map<String, Object> helperSettings() {
    return Map.ofEntries(
        Map.entry("slot", slot),
        Map.entry("tier", tier),
        Map.entry("prewarm", settings.prewarm()),
        Map.entry("memory_bytes", settings.memory().toBytes()),
        Map.entry("tmp_bytes", settings.scratch().toBytes()),
        Map.entry("tmp_inodes", settings.scratchFiles()),
        Map.entry("processes", settings.processes()),
        Map.entry("open_files", settings.openFiles()),
        Map.entry("output_limit", settings.output().toBytes()),
        Map.entry("result_limit", settings.result().toBytes()),
        Map.entry("preimport", preimport()),
        Map.entry("python_path", settings.pythonPath().stream().map(String::valueOf).toList()),
        Map.entry("max_jobs_per_zygote", settings.jobsPerZygote()));
  }

  private Object preimport() {
    return settings.preimport().equals(List.of("auto")) ? "auto" : settings.preimport();
  }
}
