package io.millrace.worker;

import io.millrace.job.AboutJob;
import io.millrace.job.Job;
import io.millrace.job.Outcome;
import io.millrace.job.Output;
import io.millrace.job.WideInputs;
import io.millrace.sandbox.Sandbox;
import io.millrace.sandbox.SandboxFailedException;
import io.millrace.store.Lease;
import io.millrace.trace.Traces;
import io.millrace.worker.network.NetworkProxy;
import io.millrace.worker.output.LiveOutput;
import io.millrace.worker.output.Recording;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * One slot: waits until a job runs in its sandbox, waits for its end, records it. Again. Its thread
 * runs it; any thread may {@link #start} a job in a slot that it took from {@link IdleSlots}.
 */
final class JobLoop implements Runnable {

  private static final Logger log = LoggerFactory.getLogger(JobLoop.class);

  /** How soon a slot without a job sees that its sandbox has died. */
  private static final long LOOK_UP_SECONDS = 1;

  private record Started(
      Lease lease,
      Recording recording,
      Supplier<CompletableFuture<Ended>> running,
      Traces.Step processing,
      Traces.Step step,
      long startedAt) {}

  private final Sandbox sandbox;
  private final IdleSlots idle;
  private final LeaseKeeper keeper;
  private final ResultRecorder recorder;
  private final AttemptPolicy attempts;
  private final Patience patience;
  private final LiveOutput output;
  private final Traces traces;
  private final JobFiles files;
  private final NetworkProxy networks;
  private final BlockingQueue<Optional<Started>> jobs = new LinkedBlockingQueue<>();

  JobLoop(Sandbox sandbox, IdleSlots idle, SlotTools tools) {
    this.sandbox = sandbox;
    this.idle = idle;
    this.keeper = tools.keeper();
    this.recorder = tools.recorder();
    this.attempts = tools.attempts();
    this.patience = tools.patience();
    this.output = tools.output();
    this.traces = tools.traces();
    this.files = tools.files();
    this.networks = tools.networks();
  }

  @Override
  public void run() {
    while (patience.goesOn() && patience.until("start its sandbox", sandbox::start)) {
      patience.survive("run a job", () -> awaitJob().ifPresent(this::bringToItsEnd));
      MDC.remove(AboutJob.FIELD);
    }
  }

  /**
   * Starts a job here, by whoever took this slot; the slot's own thread does the rest, and closes
   * {@code processing} when the job is done with.
   */
  void start(Lease lease, Traces.Step processing) {
    log.debug("Job {} starts here as attempt {}", lease.job().jobId(), lease.attempt());
    long startedAt = System.nanoTime();
    Traces.Step step = traces.begin("run in sandbox", Traces.Kind.INNER, lease.job().traceparent());
    step.tag("attempt", lease.attempt());
    Recording recording = output.open(lease.job().jobId(), lease.attempt());
    Supplier<CompletableFuture<Ended>> running = run(lease, recording);
    jobs.add(Optional.of(new Started(lease, recording, running, processing, step, startedAt)));
  }

  private Supplier<CompletableFuture<Ended>> run(Lease lease, Recording recording) {
    try {
      WideInputs wide = lease.job().request().wide();
      return !lease.job().request().dependencies().isEmpty()
          ? refuse()
          : wide == null ? runPlain(lease, recording) : runWide(lease, wide, recording);
    } catch (UncheckedIOException e) {
      SandboxFailedException failure =
          new SandboxFailedException("the job's network could not be made", e);
      return () -> CompletableFuture.failedFuture(failure);
    }
  }

  /**
   * Runs at once. A kill that comes before the sandbox has the job finds nothing to kill; the next
   * beat asks for it again.
   */
  private Supplier<CompletableFuture<Ended>> runPlain(Lease lease, Recording recording) {
    keeper.hold(lease, () -> sandbox.kill(lease.job().jobId()));
    NetworkProxy.Opened network = network(lease.job());
    CompletableFuture<Ended> running =
        sandbox
            .run(Ended.program(lease.job(), network), recording)
            .thenApply(run -> new Ended(Ended.outcome(run, lease.job())));
    return () -> network == null ? running : running.whenComplete((run, e) -> network.close());
  }

  private static Supplier<CompletableFuture<Ended>> refuse() {
    String why = "This worker has no packages but its own; ask for none";
    Outcome refused = new Outcome.Failed(Output.NONE, "dependency_failed", why, null);
    return () -> CompletableFuture.completedFuture(new Ended(refused));
  }

  /** The slot's own thread hands the inputs over, which may take long. */
  private Supplier<CompletableFuture<Ended>> runWide(
      Lease lease, WideInputs wide, Recording recording) {
    NetworkProxy.Opened network = network(lease.job());
    WideRun run = new WideRun(lease.job(), wide, sandbox, files, network);
    keeper.hold(lease, run::kill);
    return () ->
        network == null
            ? run.start(recording)
            : run.start(recording).whenComplete((ended, e) -> network.close());
  }

  /** Its way to the hosts that it may reach; null where there are none, as for most jobs. */
  private NetworkProxy.@Nullable Opened network(Job job) {
    return job.network().isEmpty() ? null : networks.open(job.network());
  }

  /** Lets a slot without a job see that the worker drains. */
  void wakeUp() {
    jobs.add(Optional.empty());
  }

  boolean isUp() {
    return sandbox.isUp();
  }

  void close() {
    sandbox.close();
  }

  /** Empty when it must look after its sandbox, or the worker drains. */
  private Optional<Started> awaitJob() {
    idle.add(this);
    try {
      while (true) {
        Optional<Started> job = jobs.poll(LOOK_UP_SECONDS, TimeUnit.SECONDS);
        if (job != null && job.isPresent()) {
          return job;
        }
        boolean waits = patience.goesOn() && sandbox.isUp();
        if (!waits && idle.withdraw(this)) {
          return Optional.empty();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for a job", e);
    }
  }

  private void bringToItsEnd(Started job) {
    Lease lease = job.lease();
    MDC.put(AboutJob.FIELD, lease.job().jobId().toString());
    try (Traces.Step processing = job.processing();
        Recording recording = job.recording()) {
      Ended ended = await(job);
      if (ended.outcome() instanceof Outcome.Cancelled) {
        // Killed by us: it is somebody else's by now, or it was over, or this worker stops.
        attempts.released(lease);
      } else {
        recorder.record(lease, ended, Duration.ofNanos(System.nanoTime() - job.startedAt()));
      }
    } catch (SandboxFailedException e) {
      goBack(lease, e);
    } finally {
      keeper.letGo(lease);
    }
  }

  private void goBack(Lease lease, SandboxFailedException failure) {
    if (failure.getCause() instanceof FilesAwayException away) {
      log.warn("The job waits for its files and is tried again: {}", away.getMessage());
      attempts.filesAway(lease);
    } else {
      log.warn("The sandbox failed, not the job; the job goes back: {}", failure.getMessage());
      sandbox.close();
      attempts.sandboxFailed(lease);
    }
  }

  private static Ended await(Started job) throws SandboxFailedException {
    try (Traces.Step step = job.step()) {
      try {
        return job.running().get().get();
      } catch (ExecutionException e) {
        SandboxFailedException failure =
            e.getCause() instanceof SandboxFailedException failed
                ? failed
                : new SandboxFailedException("no result", e);
        step.failed(failure);
        throw failure;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new SandboxFailedException("interrupted", e);
      }
    }
  }
}
