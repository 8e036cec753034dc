package io.millrace.sandbox;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One helper process with its pipes, the thread that reads from it, and the job that it runs. A
 * slot that needs another one gets another object: what a dead one's reader still has to say
 * concerns its own job only. Thread-safe; jobs come one at a time.
 */
final class Helper implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Helper.class);
  private static final JsonMapper JSON = new JsonMapper();
  private static final int PIPE_BUFFER = 1 << 16;
  private static final long CLOSE_SECONDS = 2;

  private final Process process;
  private final DataOutputStream out;
  private final DataInputStream in;
  private final Runnable onRecycled;
  private final AtomicReference<@Nullable RunningJob<?>> running = new AtomicReference<>();

  /** Speaks for this process from now on; {@code onRecycled} hears of each new template process. */
  Helper(Process process, Runnable onRecycled) {
    this.process = process;
    this.out =
        new DataOutputStream(new BufferedOutputStream(process.getOutputStream(), PIPE_BUFFER));
    this.in = new DataInputStream(new BufferedInputStream(process.getInputStream(), PIPE_BUFFER));
    this.onRecycled = onRecycled;
  }

  /** Tells it its settings and answers what it says of itself; throws when it is not ready. */
  JsonNode greet(Map<String, Object> settings) throws IOException {
    send(Frame.of(Frame.SETTINGS, JSON.writeValueAsString(settings)));
    Frame hello = Frame.read(in);
    JsonNode said = JSON.readTree(hello.text());
    if (hello.type() != Frame.HELLO || !said.path("ready").asBoolean()) {
      throw new IOException(hello.text());
    }
    if (said.path("protocol").asInt() != Frame.PROTOCOL) {
      throw new IOException("the helper speaks another protocol than " + Frame.PROTOCOL);
    }
    return said;
  }

  /** Reads results until it ends, in a thread of this name. */
  void listen(String threadName) {
    Thread reader = new Thread(this::readResults, threadName);
    reader.setDaemon(true);
    reader.start();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  CompletableFuture<RunResult> run(Program job, OutputListener listener) {
    return start(job, null, listener, null, SandboxRun::result);
  }

  /** Returns when its inputs are with the helper, or cannot be. */
  CompletableFuture<WideOutcome> run(
      Program job, WideRequest wide, OutputListener listener, IncomingFiles files) {
    return start(job, wide, listener, files, SandboxRun::wideOutcome);
  }

  private <T> CompletableFuture<T> start(
      Program job,
      @Nullable WideRequest wide,
      OutputListener listener,
      @Nullable IncomingFiles files,
      RunningJob.ResultReader<T> reader) {
    RunningJob<T> next =
        new RunningJob<>(
            job, listener, files, reader, new CompletableFuture<>(), new AtomicReference<>());
    try {
      begin(next, JobFrames.job(job, wide));
    } catch (IOException e) {
      fail(next, "the helper took no job", e);
    }
    if (wide != null) {
      sendInputs(next, wide);
    }
    if (!isAlive()) {
      // Its reader may have ended before it could know of this job.
      fail(next, "the helper died", null);
    }
    return next.outcome();
  }

  /** In one step: whoever kills the job finds it when the helper has it, and not before. */
  private synchronized void begin(RunningJob<?> next, Frame frame) throws IOException {
    running.set(next);
    send(frame);
  }

  /** As long as the job runs: its result may come first, where its inputs do not fit. */
  private void sendInputs(RunningJob<?> next, WideRequest wide) {
    try {
      JobFrames.sendInputs(
          next.id(),
          wide,
          frame -> {
            if (running.get() != next) {
              throw new JobHasEnded();
            }
            send(frame);
          });
    } catch (JobHasEnded e) {
      log.debug("Job {} ended before it had all its inputs", next.id());
    } catch (IOException | RuntimeException e) {
      runAgain(next, "the inputs could not be read: " + e.getMessage(), e);
    }
  }

  /** No failure: its result says what it is. */
  private static final class JobHasEnded extends IOException {
    private static final long serialVersionUID = 1L;
  }

  /** Ends it here, as our failure: its result, when it comes, says so. */
  private void runAgain(RunningJob<?> failed, String message, @Nullable Exception cause) {
    failed.failure().compareAndSet(null, new SandboxFailedException(message, cause));
    kill(failed.job().jobId());
  }

  /** Kills this job if it still runs; the helper itself lets a kill pass that comes too late. */
  void kill(UUID jobId) {
    RunningJob<?> now = running.get();
    if (now == null || !now.job().jobId().equals(jobId)) {
      return;
    }
    try {
      send(Frame.of(Frame.CANCEL, jobId.toString()));
    } catch (IOException e) {
      log.debug("The helper of job {} has gone already", jobId);
    }
  }

  /** Ends the helper and all that it runs: it sees its pipe close, or is killed. */
  @Override
  public void close() {
    try {
      process.getOutputStream().close();
      if (!process.waitFor(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      process.destroyForcibly();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
  }

  private synchronized void send(Frame frame) throws IOException {
    frame.write(out);
  }

  private void readResults() {
    try {
      while (true) {
        handle(Frame.read(in));
      }
    } catch (IOException | RuntimeException e) {
      process.destroyForcibly(); // one that broke the protocol still lives
      RunningJob<?> lost = running.get();
      if (lost != null) {
        fail(lost, "the helper died", e);
      }
    }
  }

  private void handle(Frame frame) throws IOException {
    if (frame.type() == Frame.RECYCLED) {
      onRecycled.run();
      return;
    }
    RunningJob<?> now = running.get();
    if (now == null) {
      return;
    }
    switch (frame.type()) {
      case Frame.STDOUT -> now.listener().wroteToStdout(frame.untagged(now.id()));
      case Frame.STDERR -> now.listener().wroteToStderr(frame.untagged(now.id()));
      case Frame.FILE -> receive(now, frame);
      case Frame.RESULT -> {
        running.compareAndSet(now, null);
        now.complete(frame.payload());
      }
      default ->
          throw new BrokenHelperException("the helper sent a frame of type " + frame.type(), null);
    }
  }

  private void receive(RunningJob<?> now, Frame file) throws IOException {
    IncomingFiles files = now.files();
    if (files == null) {
      throw new BrokenHelperException("the helper sent a file of a plain job", null);
    }
    if (!files.receive(file, this::nextOfFile)) {
      IOException cause = files.notKept();
      runAgain(now, "a file could not be kept: " + cause, cause);
    }
  }

  /** What the job writes meanwhile is heard too. */
  private Frame nextOfFile() throws IOException {
    while (true) {
      Frame next = Frame.read(in);
      if (next.type() == Frame.DATA || next.type() == Frame.FILE_END) {
        return next;
      }
      if (next.type() == Frame.RESULT || next.type() == Frame.FILE) {
        throw new BrokenHelperException("the helper did not end a file", null);
      }
      handle(next);
    }
  }

  private void fail(RunningJob<?> lost, String message, @Nullable Exception cause) {
    running.compareAndSet(lost, null);
    lost.outcome().completeExceptionally(new SandboxFailedException(message, cause));
  }
}
