package io.millrace.worker.output;

import io.millrace.sandbox.OutputListener;
import java.util.UUID;

/** What one attempt of a job has written. Closing it ends its live part; the reply has the rest. */
public final class Recording implements OutputListener, AutoCloseable {

  final UUID jobId;
  final int attempt;
  final TextSoFar stdout = new TextSoFar();
  final TextSoFar stderr = new TextSoFar();
  volatile boolean watched;
  volatile long watchedUntil;
  private final LiveOutput home;

  Recording(UUID jobId, int attempt, LiveOutput home) {
    this.jobId = jobId;
    this.attempt = attempt;
    this.home = home;
  }

  @Override
  public void wroteToStdout(byte[] bytes) {
    stdout.add(bytes);
    home.hasNews(this);
  }

  @Override
  public void wroteToStderr(byte[] bytes) {
    stderr.add(bytes);
    home.hasNews(this);
  }

  @Override
  public void close() {
    home.forget(this);
  }
}
