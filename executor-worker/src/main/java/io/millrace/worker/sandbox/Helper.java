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

  private record Running(Job job, OutputListener listener, CompletableFuture<Outcome> outcome) {}

  private final Process process;
  private final DataOutputStream out;
  private final DataInputStream in;
  private final Runnable onRecycled;
  private final AtomicReference<@Nullable Running> running = new AtomicReference<>();

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

  CompletableFuture<Outcome> run(Job job, OutputListener listener) {
    Running next = new Running(job, listener, new CompletableFuture<>());
    running.set(next);
    try {
      send(new Frame(Frame.JOB, jobPayload(job)));
    } catch (IOException e) {
      fail(next, "the helper took no job", e);
    }
    if (!isAlive()) {
      // Its reader may have ended before it could know of this job.
      fail(next, "the helper died", null);
    }
    return next.outcome();
  }

  /** Kills this job if it still runs; the helper itself lets a kill pass that comes too late. */
  void kill(UUID jobId) {
    Running now = running.get();
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
    } catch (IOException e) {
      Running lost = running.get();
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
    Running now = running.get();
    if (now == null) {
      return;
    }
    switch (frame.type()) {
      case Frame.STDOUT -> now.listener().wroteToStdout(frame.payload());
      case Frame.STDERR -> now.listener().wroteToStderr(frame.payload());
      case Frame.RESULT -> {
        running.compareAndSet(now, null);
        complete(now, frame.payload());
      }
      default -> throw new IOException("the helper sent a frame of type " + frame.type());
    }
  }

  private static void complete(Running ended, byte[] payload) {
    try {
      ended.outcome().complete(SandboxRun.outcome(payload, ended.job()));
    } catch (SandboxFailedException | RuntimeException e) {
      ended.outcome().completeExceptionally(e);
    }
  }

  private void fail(Running lost, String message, @Nullable IOException cause) {
    running.compareAndSet(lost, null);
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
}
