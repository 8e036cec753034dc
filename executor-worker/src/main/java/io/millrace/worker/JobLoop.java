package io.millrace.worker;

import io.millrace.job.AboutJob;
import io.millrace.job.Job;
import io.millrace.job.Outcome;
import io.millrace.queue.JobCodec;
import io.millrace.queue.UnreadableRecordException;
import io.millrace.store.JobLeases;
import io.millrace.store.JobLeases.Claim;
import io.millrace.store.JobLeases.Granted;
import io.millrace.store.Lease;
import io.millrace.trace.Traces;
import io.millrace.worker.output.LiveOutput;
import io.millrace.worker.output.Recording;
import io.millrace.worker.sandbox.Sandbox;
import io.millrace.worker.sandbox.SandboxFailedException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** One slot: takes a job, claims it, runs it, records its end, acknowledges its record. Again. */
final class JobLoop implements Runnable {

  private static final Logger log = LoggerFactory.getLogger(JobLoop.class);

  private final Sandbox sandbox;
  private final LaneTaker lanes;
  private final JobLeases leases;
  private final LeaseKeeper keeper;
  private final ResultRecorder recorder;
  private final AttemptPolicy attempts;
  private final StrayRecords strays;
  private final Patience patience;
  private final String workerId;
  private final LiveOutput output;
  private final Traces traces;
  private final StoreWatch store;
  private final Duration handOverAfter;

  JobLoop(Sandbox sandbox, LaneTaker lanes, SlotTools tools) {
    this.sandbox = sandbox;
    this.lanes = lanes;
    this.leases = tools.leases();
    this.keeper = tools.keeper();
    this.recorder = tools.recorder();
    this.attempts = tools.attempts();
    this.strays = tools.strays();
    this.patience = tools.patience();
    this.workerId = tools.workerId();
    this.output = tools.output();
    this.traces = tools.traces();
    this.store = tools.store();
    this.handOverAfter = tools.handOverAfter();
  }

  @Override
  public void run() {
    while (patience.goesOn() && patience.until("start its sandbox", sandbox::start)) {
      if (store.hasRoom()) {
        patience.survive("take and run a job", () -> lanes.take().ifPresent(this::handle));
      } else {
        patience.rest();
      }
      MDC.remove(AboutJob.FIELD);
    }
  }

  private void handle(TakenRecord taken) {
    if (!patience.goesOn()) {
      taken.release();
      return;
    }
    try {
      runOrPutAside(taken);
    } catch (RuntimeException e) {
      // A record that is still held would make every later poll of this slot fail.
      taken.release();
      throw e;
    }
  }

  private void runOrPutAside(TakenRecord taken) {
    try {
      process(JobCodec.decodeJob(taken.record().value()), taken);
    } catch (UnreadableRecordException e) {
      strays.putAside(taken.record(), e);
      taken.accept();
    }
  }

  private void process(Job sent, TakenRecord taken) {
    MDC.put(AboutJob.FIELD, sent.jobId().toString());
    try (Traces.Step step = traces.begin("process job", Traces.Kind.CONSUMER, sent.traceparent())) {
      step.tag("job_id", sent.jobId());
      Job job = sent.under(step.traceparent());
      claim(job, taken)
          .ifPresentOrElse(
              claim -> {
                if (claim instanceof Granted granted) {
                  execute(granted.lease(), taken);
                }
                taken.accept();
              },
              taken::release);
    }
  }

  /** Empty when the worker stops before Redis answers. */
  private Optional<Claim> claim(Job job, TakenRecord taken) {
    try (Traces.Step step = traces.begin("claim job", Traces.Kind.INNER, job.traceparent())) {
      return patience.get("claim a job", () -> leases.claim(job, taken.pointer(), workerId));
    }
  }

  private void execute(Lease lease, TakenRecord taken) {
    log.debug("Job {} starts here as attempt {}", lease.job().jobId(), lease.attempt());
    long startedAt = System.nanoTime();
    Recording recording = output.open(lease.job().jobId(), lease.attempt());
    CompletableFuture<Outcome> running = sandbox.run(lease.job(), recording);
    keeper.hold(lease, () -> sandbox.kill(lease.job().jobId()));
    try (recording) {
      Outcome outcome = traced(lease, running, taken);
      if (outcome instanceof Outcome.Cancelled) {
        // Killed by us: it is somebody else's by now, or it was over, or this worker stops.
        attempts.released(lease);
      } else {
        recorder.record(lease, outcome, Duration.ofNanos(System.nanoTime() - startedAt));
      }
    } catch (SandboxFailedException e) {
      log.warn("The sandbox failed, not the job; the job goes back: {}", e.getMessage());
      sandbox.close();
      attempts.sandboxFailed(lease);
    } finally {
      keeper.letGo(lease);
    }
  }

  private Outcome traced(Lease lease, CompletableFuture<Outcome> running, TakenRecord taken)
      throws SandboxFailedException {
    try (Traces.Step step =
        traces.begin("run in sandbox", Traces.Kind.INNER, lease.job().traceparent())) {
      step.tag("attempt", lease.attempt());
      try {
        return await(running, taken);
      } catch (SandboxFailedException e) {
        step.failed(e);
        throw e;
      }
    }
  }

  /** A job that runs long leaves its record: its lease brings it back should this worker die. */
  private Outcome await(CompletableFuture<Outcome> running, TakenRecord taken)
      throws SandboxFailedException {
    try {
      try {
        return running.get(handOverAfter.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        taken.acceptNow();
        lanes.leaveBulk();
        return running.get();
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof SandboxFailedException failed) {
        throw failed;
      }
      throw new SandboxFailedException("no result", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SandboxFailedException("interrupted", e);
    }
  }
}
