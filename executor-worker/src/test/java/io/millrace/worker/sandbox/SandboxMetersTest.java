package io.millrace.worker.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.job.Outcome;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is counted of one slot, on the real helper. */
@Tag("services")
class SandboxMetersTest {

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private SandboxFiles files;

  @BeforeEach
  void unpack() throws Exception {
    files = SandboxFiles.unpack();
  }

  @AfterEach
  void clean() throws Exception {
    files.close();
  }

  @Test
  void helpersThatStartAreCountedAndTemplatesThatAreReplaced() throws Exception {
    try (Sandbox sandbox = sandbox("/usr/bin/python3")) {
      sandbox.start();
      sandbox.start();
      assertThat(count("millrace.sandbox.starts")).isEqualTo(1);

      Outcome outcome =
          sandbox.run(TestSandbox.job("print(1)", 10), new Deaf()).get(60, TimeUnit.SECONDS);
      assertThat(outcome).isInstanceOf(Outcome.Succeeded.class);
      await().atMost(20, TimeUnit.SECONDS).until(() -> count("millrace.sandbox.recycled") >= 1);

      sandbox.close();
      sandbox.start();
      assertThat(count("millrace.sandbox.starts")).isEqualTo(2);
      assertThat(count("millrace.sandbox.start.failures")).isZero();
    }
  }

  @Test
  void aHelperThatDoesNotStartIsCountedApart() {
    try (Sandbox sandbox = sandbox("/bin/false")) {
      assertThatThrownBy(sandbox::start).isInstanceOf(SandboxFailedException.class);
    }
    assertThat(count("millrace.sandbox.start.failures")).isEqualTo(1);
    assertThat(count("millrace.sandbox.starts")).isZero();
  }

  private double count(String name) {
    return meters.get(name).counter().count();
  }

  private Sandbox sandbox(String python) {
    SandboxSettings replacedAtEachJob = TestSandbox.settings("fallback", python, 1);
    return new Sandbox(0, files, replacedAtEachJob, "auto", new SandboxMeters(meters));
  }

  private static final class Deaf implements OutputListener {
    @Override
    public void wroteToStdout(byte[] bytes) {}

    @Override
    public void wroteToStderr(byte[] bytes) {}
  }
}
