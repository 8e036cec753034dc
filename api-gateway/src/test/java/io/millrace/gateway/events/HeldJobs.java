package io.millrace.gateway.events;

import io.millrace.gateway.support.HandWorker;
import io.millrace.gateway.support.TestGateway;
import io.millrace.job.Job;
import io.millrace.job.Outcome;
import io.millrace.job.Output;
import io.millrace.store.OutputStreams;
import io.millrace.store.OutputStreams.Channel;
import io.millrace.store.OutputStreams.Piece;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A worker that lets the job of the current test write something, and then holds it until the test
 * says so. A job that another test has left behind is ended at once: it must not stand in the way.
 */
final class HeldJobs implements AutoCloseable {

  private record Hold(String code, CountDownLatch mayStart, CountDownLatch mayEnd) {}

  private final OutputStreams outputs;
  private final HandWorker worker;
  private volatile Hold now = newHold();

  HeldJobs(TestGateway gateway) {
    this.outputs = gateway.bean(OutputStreams.class);
    this.worker = new HandWorker(gateway.context(), this::program);
  }

  private static Hold newHold() {
    return new Hold(UUID.randomUUID().toString(), new CountDownLatch(1), new CountDownLatch(1));
  }

  /** Lets the held job end, and holds the next one. */
  void next() {
    mayEnd();
    now = newHold();
  }

  /** The code of the one job that is held: it writes as soon as it {@link #mayWrite}. */
  String code() {
    return now.code;
  }

  void mayWrite() {
    now.mayStart.countDown();
  }

  void mayEnd() {
    now.mayStart.countDown();
    now.mayEnd.countDown();
  }

  private Outcome program(Job job) {
    Hold hold = now;
    if (hold.code.equals(job.request().code())) {
      await(hold.mayStart);
      outputs.append(job.jobId(), new Piece(1, Channel.STDOUT, 0, "one\n"));
      outputs.append(job.jobId(), new Piece(1, Channel.STDERR, 0, "hm\n"));
      await(hold.mayEnd);
    }
    return new Outcome.Succeeded(new Output("one\ntwo\n", "hm\n", false), "7");
  }

  private static void await(CountDownLatch latch) {
    try {
      if (!latch.await(120, TimeUnit.SECONDS)) {
        throw new AssertionError("the test has forgotten its job");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    mayEnd();
    worker.close();
  }
}
