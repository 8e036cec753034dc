package io.millrace.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.timeout;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoInteractions;
import static org.mockito.Mockito.when;

import io.millrace.job.Outcome;
import io.millrace.job.Output;
import io.millrace.job.WideInputs;
import io.millrace.sandbox.RunResult;
import io.millrace.sandbox.Sandbox;
import io.millrace.sandbox.SandboxFailedException;
import io.millrace.sandbox.WideOutcome;
import io.millrace.standalone.testing.Eventually;
import io.millrace.store.Lease;
import io.millrace.trace.Traces;
import io.millrace.worker.network.NetworkProxy;
import io.millrace.worker.output.LiveOutput;
import io.millrace.worker.output.Recording;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mockito.ArgumentCaptor;

/** One slot on a thread of its own; the sandbox does what the test says. */
class JobLoopTest {

  private static final long SOON = 20_000;

  private final Sandbox sandbox = mock();
  private final LeaseKeeper keeper = mock();
  private final ResultRecorder recorder = mock();
  private final AttemptPolicy attempts = mock();
  private final LiveOutput output = mock();
  private final JobFiles files = new JobFiles(null, System::nanoTime);
  private final NetworkProxy networks = mock();
  private final Patience patience = new Patience();
  private final IdleSlots idle = new IdleSlots(() -> true);
  private final JobLoop slot =
      new JobLoop(
          sandbox,
          idle,
          new SlotTools(
              keeper,
              recorder,
              attempts,
              patience,
              output,
              files,
              networks,
              mock(),
              mock(),
              Traces.OFF));
  private final Thread thread = new Thread(slot, "slot-under-test");
  private final Lease lease = Leases.any();
  private final CompletableFuture<RunResult> running = new CompletableFuture<>();
  private final AtomicBoolean up = new AtomicBoolean(true);

  /**
   * The slot starts with its job: what its thread calls meanwhile must not get another's answer.
   */
  @BeforeEach
  void waitForAJob() {
    Recording recording = mock();
    when(output.open(any(), eq(1))).thenReturn(recording);
    when(sandbox.isUp()).thenAnswer(asked -> up.get());
    when(sandbox.run(eq(Ended.program(lease.job(), null, null)), any())).thenReturn(running);
  }

  private static RunResult run(String verdict, String stdout) {
    return new RunResult(verdict, stdout, "", false, "null", verdict, null);
  }

  @AfterEach
  void stop() throws InterruptedException {
    patience.stop();
    slot.wakeUp();
    thread.join(SOON);
    assertThat(thread.isAlive()).isFalse();
  }

  @Test
  void aJobsEndIsRecordedAndItsLeaseLetGo() {
    Outcome done = new Outcome.Succeeded(new Output("out", "", false), "null");
    startJob();
    running.complete(run("ok", "out"));

    verify(keeper, timeout(SOON)).letGo(lease);
    verify(recorder).record(eq(lease), eq(new Ended(done)), any());
    verifyNoInteractions(attempts);
  }

  @Test
  void aJobThatRunsHasItsLeaseKeptAndCanBeKilled() {
    ArgumentCaptor<Runnable> kill = ArgumentCaptor.captor();
    startJob();

    verify(keeper).hold(eq(lease), kill.capture());
    kill.getValue().run();
    verify(sandbox).kill(lease.job().jobId());
    running.complete(run("cancelled", ""));
  }

  @Test
  void aJobThatWasKilledHereIsGivenBackAndNothingIsRecorded() {
    startJob();
    running.complete(run("cancelled", ""));

    verify(keeper, timeout(SOON)).letGo(lease);
    verify(attempts).released(lease);
    verifyNoInteractions(recorder);
  }

  @Test
  void aSandboxThatFailsCostsTheJobAnAttemptAndTheSlotASandbox() throws Exception {
    startJob();
    running.completeExceptionally(new SandboxFailedException("broken"));

    verify(keeper, timeout(SOON)).letGo(lease);
    verify(attempts).sandboxFailed(lease);
    verify(sandbox).close();
    verifyNoInteractions(recorder);
    verify(sandbox, timeout(SOON).times(2)).start();
  }

  @Test
  void aJobThatTheStoreOfFilesKeepsUpWaitsForItAtNoCostToIt() throws Exception {
    startJob();
    running.completeExceptionally(
        new SandboxFailedException("inputs", new FilesAwayException("it is away", null)));

    verify(keeper, timeout(SOON)).letGo(lease);
    verify(attempts).filesAway(lease);
    verify(sandbox, never()).close();
    verifyNoInteractions(recorder);
  }

  @Test
  void aRecorderThatFailsDoesNotEndTheSlot() {
    doThrow(new IllegalStateException("Kafka is away")).when(recorder).record(any(), any(), any());
    startJob();
    running.complete(run("timeout", ""));

    verify(keeper, timeout(SOON)).letGo(lease);
    Eventually.holds(Duration.ofSeconds(20), idle::any);
  }

  @Test
  void aSlotWhoseSandboxDiedIsNotGivenOutAndStartsAnother() throws Exception {
    thread.start();
    Eventually.holds(Duration.ofSeconds(20), idle::any);
    up.set(false);

    assertThat(idle.any()).isFalse();
    slot.wakeUp();
    verify(sandbox, timeout(SOON).atLeast(2)).start();
    verify(keeper, never()).hold(any(), any());
  }

  @Test
  void aJobsLeaseIsKeptWhileItsInputsAreHandedOver() throws Exception {
    Lease wide = Leases.wide(WideInputs.NONE);
    CountDownLatch handedOver = new CountDownLatch(1);
    when(sandbox.run(eq(Ended.program(wide.job(), null, null)), any(), any(), any()))
        .thenAnswer(
            asked -> {
              handedOver.await();
              return CompletableFuture.completedFuture(
                  new WideOutcome(
                      run("cancelled", ""),
                      "[]",
                      false,
                      null,
                      false,
                      List.of(),
                      new WideOutcome.Usage(0, 0, 0, "rusage")));
            });
    startJob(wide);

    verify(sandbox, timeout(SOON))
        .run(eq(Ended.program(wide.job(), null, null)), any(), any(), any());
    verify(keeper).hold(eq(wide), any());
    verify(keeper, never()).letGo(wide);
    handedOver.countDown();
    verify(keeper, timeout(SOON)).letGo(wide);
  }

  @Test
  void aJobThatIsKilledBeforeItsInputsAreHandedOverDoesNotStart() {
    Lease wide = Leases.wide(WideInputs.NONE);
    doAnswer(
            held -> {
              held.<Runnable>getArgument(1).run();
              return null;
            })
        .when(keeper)
        .hold(eq(wide), any());
    startJob(wide);

    verify(attempts, timeout(SOON)).released(wide);
    verify(sandbox, never()).run(any(), any(), any(), any());
  }

  private void startJob() {
    startJob(lease);
  }

  private void startJob(Lease lease) {
    thread.start();
    JobLoop taken = idle.take(Duration.ofSeconds(20)).orElseThrow();
    assertThat(taken).isSameAs(slot);
    taken.start(lease, null, Traces.Step.NONE);
  }
}
