package io.millrace.sandbox;

import static io.millrace.sandbox.TestSandbox.job;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** One slot's sandbox, on the real helper. */
@Tag("services")
class SandboxTest {

  private static SandboxFiles files;
  private static Sandbox sandbox;

  @BeforeAll
  static void unpack() throws Exception {
    files = SandboxFiles.unpack();
    sandbox = TestSandbox.sandbox(files);
  }

  @AfterAll
  static void clean() throws Exception {
    sandbox.close();
    files.close();
  }

  private static RunResult run(String code, int timeout) throws Exception {
    sandbox.start();
    return sandbox.run(job(code, timeout), new Heard()).get(60, TimeUnit.SECONDS);
  }

  @Test
  void outputOverTheLimitIsCutAndFlagged() throws Exception {
    RunResult result = run("print('x' * 10000)", 10);

    assertThat(result.verdict()).isEqualTo("ok");
    assertThat(result.stdout()).hasSize(4096);
    assertThat(result.truncated()).isTrue();
  }

  @Test
  void anExitCodeIsTheUsers() throws Exception {
    RunResult failed = run("import sys\nsys.exit(3)", 10);

    assertThat(failed.verdict()).isEqualTo("exit");
    assertThat(failed.error()).isEqualTo("Process exited with code 3");
    assertThat(failed.exitCode()).isEqualTo(3);
  }

  @Test
  void aSignalIsCountedNegative() throws Exception {
    RunResult failed = run("import os\nos.abort()", 10);

    assertThat(failed.verdict()).isEqualTo("signal");
    assertThat(failed.exitCode()).isEqualTo(-6);
  }

  @Test
  void aKilledJobSaysSoAndTheNextOneRuns() throws Exception {
    sandbox.start();
    Program sleeps = job("import time\ntime.sleep(60)", 60);
    CompletableFuture<RunResult> running = sandbox.run(sleeps, new Heard());
    sandbox.kill(sleeps.jobId());

    assertThat(running.get(20, TimeUnit.SECONDS).verdict()).isEqualTo("cancelled");
    assertThat(run("print(1)", 10).verdict()).isEqualTo("ok");
  }

  @Test
  void aKillThatComesLateDoesNotHitTheNextJob() throws Exception {
    sandbox.start();
    Program before = job("print(1)", 10);
    sandbox.run(before, new Heard()).get(60, TimeUnit.SECONDS);
    CompletableFuture<RunResult> next =
        sandbox.run(job("import time\ntime.sleep(0.3)\nprint(2)", 10), new Heard());
    sandbox.kill(before.jobId());

    assertThat(next.get(20, TimeUnit.SECONDS).verdict()).isEqualTo("ok");
  }

  @Test
  void theJobOfANewHelperOutlivesTheReaderOfTheDeadOne() throws Exception {
    for (int round = 0; round < 5; round++) {
      sandbox.start();
      CompletableFuture<RunResult> lost =
          sandbox.run(job("import time\ntime.sleep(60)", 60), new Heard());
      sandbox.close();
      assertThat(run("print(1)", 10).verdict()).isEqualTo("ok");
      assertThatThrownBy(() -> lost.get(20, TimeUnit.SECONDS))
          .hasCauseInstanceOf(SandboxFailedException.class);
    }
  }

  @Test
  void aSelfTestThatHangsEndsTheStartWithAReason(@TempDir Path folder) throws Exception {
    Path hangs = folder.resolve("python3");
    Files.writeString(hangs, "#!/bin/sh\nsleep 60\n");
    Files.setPosixFilePermissions(hangs, PosixFilePermissions.fromString("rwx------"));

    assertThatThrownBy(
            () ->
                TierProof.prove(
                    files,
                    TestSandbox.settings("strong", hangs.toString(), 100),
                    Duration.ofMillis(300)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("did not end")
        .hasMessageContaining("millrace.sandbox.python");
  }

  @Test
  void aHelperThatDiesFailsTheJobAsOursAndComesBack() throws Exception {
    sandbox.start();
    CompletableFuture<RunResult> running =
        sandbox.run(job("import time\ntime.sleep(60)", 60), new Heard());
    sandbox.close();

    assertThatThrownBy(() -> running.get(20, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(SandboxFailedException.class);
    assertThat(run("print(1)", 10).verdict()).isEqualTo("ok");
  }

  @Test
  void aMissingInterpreterIsNamedWithItsSetting() {
    SandboxSettings wrong = SandboxSettings.of("/nowhere/python3", Map.of());

    assertThatThrownBy(() -> TierProof.prove(files, wrong))
        .hasMessageContaining("millrace.sandbox.python");
  }

  @Test
  @ExtendWith(OutputCaptureExtension.class)
  void aModuleThatCannotBeLoadedBeforehandIsNamedAndJobsRunWithoutIt(CapturedOutput output)
      throws Exception {
    SandboxSettings asked =
        TestSandbox.settings(
            "/usr/bin/python3", Map.of("preimport", List.of("json", "no_such_module")));
    try (Sandbox without = new Sandbox(1, files, asked, "auto", SandboxEvents.IGNORED)) {
      without.start();

      assertThat(output).contains("millrace.sandbox.preimport", "[\"no_such_module\"]");
      assertThat(without.run(job("print(1)", 10), new Heard()).get(60, TimeUnit.SECONDS).verdict())
          .isEqualTo("ok");
    }
  }

  @Test
  void aJobThatGoesOnIsHeardWhileItRuns() throws Exception {
    Heard heard = new Heard();
    Program writes =
        job(
            """
                import sys, time
                print('first', flush=True)
                print('trouble', file=sys.stderr, flush=True)
                time.sleep(60)
                """,
            60);
    CompletableFuture<RunResult> running = sandbox.run(writes, heard);
    heard.await("out first\n", "err trouble\n");
    assertThat(running).isNotDone();
    sandbox.kill(writes.jobId());
    assertThat(running.get(10, TimeUnit.SECONDS).verdict()).isEqualTo("cancelled");
  }

  @Test
  void aJobThatIsOverAtOnceIsToldByItsResultOnly() throws Exception {
    Heard heard = new Heard();
    RunResult result = sandbox.run(job("print('short')", 10), heard).get(60, TimeUnit.SECONDS);
    assertThat(result.stdout()).isEqualTo("short\n");
    assertThat(heard.pieces).isEmpty();
  }

  /** What was heard, in order. */
  private static final class Heard implements OutputListener {
    private final List<String> pieces = new CopyOnWriteArrayList<>();
    private final BlockingQueue<String> arriving = new LinkedBlockingQueue<>();

    @Override
    public void wroteToStdout(byte[] bytes) {
      add("out ", bytes);
    }

    @Override
    public void wroteToStderr(byte[] bytes) {
      add("err ", bytes);
    }

    private void add(String name, byte[] bytes) {
      String piece = name + new String(bytes, StandardCharsets.UTF_8);
      pieces.add(piece);
      arriving.add(piece);
    }

    /** In however many pieces: a line and its end are two writes. */
    private void await(String... expected) throws InterruptedException {
      Map<String, String> seen = new HashMap<>();
      while (!seen.values().containsAll(List.of(expected))) {
        String piece = arriving.poll(20, TimeUnit.SECONDS);
        assertThat(piece).as("after %s", seen).isNotNull();
        seen.merge(piece.substring(0, 3), piece, (said, more) -> said + more.substring(4));
      }
      assertThat(seen.values()).containsExactlyInAnyOrder(expected);
    }
  }
}
