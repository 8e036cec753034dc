package io.millrace.worker;

import io.millrace.job.AboutJob;
import io.millrace.job.ExecutionRequest;
import io.millrace.job.Job;
import io.millrace.job.Outcome;
import io.millrace.job.Output;
import io.millrace.job.WideInputs;
import io.millrace.sandbox.Sandbox;
import io.millrace.sandbox.SandboxFailedException;
import io.millrace.store.Environments;
import io.millrace.store.Environments.Row;
import io.millrace.store.Lease;
import io.millrace.trace.Traces;
import io.millrace.worker.environment.EnvironmentFolder;
import io.millrace.worker.environment.NoRoomException;
import io.millrace.worker.network.NetworkProxy;
import io.millrace.worker.output.LiveOutput;
import io.millrace.worker.output.Recording;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.Stream;
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

  /** Another worker may have room for a job's packages; where none had, it is told so. */
  private static final int TRIES_FOR_ROOM = 5;

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
  private final EnvironmentFolder environments;
  private final Environments known;
  private volatile List<String> slotsPackages = List.of();
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
    this.environments = tools.environments();
    this.known = tools.known();
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
   *
   * @param packages what the job asks for; null for nothing
   */
  void start(Lease lease, @Nullable Row packages, Traces.Step processing) {
    log.debug("Job {} starts here as attempt {}", lease.job().jobId(), lease.attempt());
    long startedAt = System.nanoTime();
    Traces.Step step = traces.begin("run in sandbox", Traces.Kind.INNER, lease.job().traceparent());
    step.tag("attempt", lease.attempt());
    Recording recording = output.open(lease.job().jobId(), lease.attempt());
    Supplier<CompletableFuture<Ended>> running = run(lease, packages, recording);
    jobs.add(Optional.of(new Started(lease, recording, running, processing, step, startedAt)));
  }

  private Supplier<CompletableFuture<Ended>> run(
      Lease lease, @Nullable Row packages, Recording recording) {
    NetworkProxy.Opened network;
    try {
      network = network(lease.job());
    } catch (UncheckedIOException e) {
      SandboxFailedException failure =
          new SandboxFailedException("the job's network could not be made", e);
      return () -> CompletableFuture.failedFuture(failure);
    }
    Supplier<CompletableFuture<Ended>> running = run(lease, packages, network, recording);
    return network == null
        ? running
        : () -> running.get().whenComplete((ended, e) -> network.close());
  }

  private Supplier<CompletableFuture<Ended>> run(
      Lease lease,
      @Nullable Row packages,
      NetworkProxy.@Nullable Opened network,
      Recording recording) {
    WideInputs wide = lease.job().request().wide();
    if (packages == null && wide == null) {
      return runPlain(lease, network, recording);
    }
    Supplier<CompletableFuture<Ended>> run;
    if (wide == null) {
      keeper.hold(lease, () -> sandbox.kill(lease.job().jobId()));
      run = () -> plain(lease, packages, network, recording);
    } else {
      WideRun whole = new WideRun(lease.job(), wide, packages, sandbox, files, network);
      keeper.hold(lease, whole::kill);
      run = () -> whole.start(recording); // hands the inputs over, which may take long
    }
    return packages == null ? run : runWithPackages(lease, packages, run);
  }

  /**
   * Runs at once. A kill that comes before the sandbox has the job finds nothing to kill; the next
   * beat asks for it again.
   */
  private Supplier<CompletableFuture<Ended>> runPlain(
      Lease lease, NetworkProxy.@Nullable Opened network, Recording recording) {
    keeper.hold(lease, () -> sandbox.kill(lease.job().jobId()));
    CompletableFuture<Ended> running = plain(lease, null, network, recording);
    return () -> running;
  }

  /**
   * The slot's own thread sees to it that they are on this machine, which may take long when it is
   * the first of its jobs that has them.
   */
  private Supplier<CompletableFuture<Ended>> runWithPackages(
      Lease lease, Row packages, Supplier<CompletableFuture<Ended>> run) {
    slotsPackages = Stream.concat(slotsPackages.stream(), Stream.of(packages.name())).toList();
    slotsPackages =
        slotsPackages.subList(Math.max(0, slotsPackages.size() - 2), slotsPackages.size());
    return () -> fetched(lease, packages, run);
  }

  private CompletableFuture<Ended> fetched(
      Lease lease, Row packages, Supplier<CompletableFuture<Ended>> run) {
    try {
      if (environments.ensure(packages, sandbox.slot())) {
        return run.get();
      }
      log.warn("The store of files has lost the packages of a job; they are built again");
      known.forget(packages);
      return CompletableFuture.completedFuture(new Ended(new Outcome.Cancelled()));
    } catch (NoRoomException e) {
      return lease.attempt() < TRIES_FOR_ROOM
          ? notNow(e)
          : CompletableFuture.completedFuture(
              new Ended(
                  new Outcome.Failed(
                      Output.NONE, "dependency_failed", String.valueOf(e.getMessage()), null)));
    } catch (IOException e) {
      return notNow(e);
    }
  }

  private static CompletableFuture<Ended> notNow(IOException why) {
    return CompletableFuture.failedFuture(
        new SandboxFailedException(
            "no packages", new FilesAwayException("the packages: " + why.getMessage(), why)));
  }

  private CompletableFuture<Ended> plain(
      Lease lease,
      @Nullable Row packages,
      NetworkProxy.@Nullable Opened network,
      Recording recording) {
    return sandbox
        .run(Ended.program(lease.job(), packages, network), recording)
        .thenApply(run -> new Ended(Ended.outcome(run, lease.job())));
  }

  /** Whether it has run jobs with these packages lately: the next need not import them. */
  boolean hasLately(Row packages) {
    return slotsPackages.contains(packages.name());
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
    ExecutionRequest request = job.lease().job().request();
    long seconds = Sandbox.patience(request.timeout(), request.wide() != null);
    try (Traces.Step step = job.step()) {
      try {
        return job.running().get().get(seconds, TimeUnit.SECONDS);
      } catch (TimeoutException e) {
        throw failed(step, new SandboxFailedException("no result within " + seconds + " s", e));
      } catch (ExecutionException e) {
        SandboxFailedException failure =
            e.getCause() instanceof SandboxFailedException failed
                ? failed
                : new SandboxFailedException("no result", e);
        throw failed(step, failure);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new SandboxFailedException("interrupted", e);
      }
    }
  }

  private static SandboxFailedException failed(Traces.Step step, SandboxFailedException why) {
    step.failed(why);
    return why;
  }
}
