package io.millrace.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is told of one slot, on the real helper. */
@Tag("services")
class SandboxEventsTest {

  private final Counted counted = new Counted();
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
      assertThat(counted.started).hasValue(1);

      RunResult result =
          sandbox.run(TestSandbox.job("print(1)", 10), new Deaf()).get(60, TimeUnit.SECONDS);
      assertThat(result.verdict()).isEqualTo("ok");
      await().atMost(20, TimeUnit.SECONDS).until(() -> counted.recycled.get() >= 1);

      sandbox.close();
      sandbox.start();
      assertThat(counted.started).hasValue(2);
      assertThat(counted.notStarted).hasValue(0);
    }
  }

  @Test
  void aHelperThatDoesNotStartIsCountedApart() {
    try (Sandbox sandbox = sandbox("/bin/false")) {
      assertThatThrownBy(sandbox::start).isInstanceOf(SandboxFailedException.class);
    }
    assertThat(counted.notStarted).hasValue(1);
    assertThat(counted.started).hasValue(0);
  }

  private Sandbox sandbox(String python) {
    SandboxSettings replacedAtEachJob = TestSandbox.settings("fallback", python, 1);
    return new Sandbox(0, files, replacedAtEachJob, "auto", counted);
  }

  private static final class Counted implements SandboxEvents {
    private final AtomicInteger started = new AtomicInteger();
    private final AtomicInteger notStarted = new AtomicInteger();
    private final AtomicInteger recycled = new AtomicInteger();

    @Override
    public void started() {
      started.incrementAndGet();
    }

    @Override
    public void notStarted() {
      notStarted.incrementAndGet();
    }

    @Override
    public void recycled() {
      recycled.incrementAndGet();
    }
  }

  private static final class Deaf implements OutputListener {
    @Override
    public void wroteToStdout(byte[] bytes) {}

    @Override
    public void wroteToStderr(byte[] bytes) {}
  }
}
