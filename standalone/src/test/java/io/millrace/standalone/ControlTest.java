package io.millrace.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ControlTest {
  @TempDir Path dir;
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();

  @Test
  void whereNothingRunsBothSaySo() throws Exception {
    assertThat(control().status()).isEqualTo(Control.NONE_RUNS);
    assertThat(control().stop()).isEqualTo(Control.FINE);
    assertThat(said()).isEqualTo(("No ./millrace up runs on " + dir + "\n").repeat(2));
  }

  @Test
  void whatAKilledOneLeftBehindIsNotTakenForOneThatRuns() throws Exception {
    up(ProcessHandle.current().pid()).write();
    OwnedFolder.claim(dir).close();

    assertThat(control().status()).isEqualTo(Control.NONE_RUNS);
  }

  @Test
  void theOneThatRunsIsToldWithWhatAnswersAndStopped() throws Exception {
    Process supervisor = new ProcessBuilder("sleep", "1000").start();
    try (OwnedFolder owned = OwnedFolder.claim(dir)) {
      up(supervisor.pid()).write();

      assertThat(control().status()).isEqualTo(Control.NOT_ALL);
      assertThat(said())
          .contains("runs on http://localhost:3 (process " + supervisor.pid())
          .contains("  Kafka    not ready\n", "  worker   not ready\n");
      assertThat(control().stop()).isEqualTo(Control.FINE);
      assertThat(supervisor.isAlive()).isFalse();
    } finally {
      supervisor.destroyForcibly().waitFor();
    }
  }

  private RunningUp up(long pid) {
    return new RunningUp(pid, new StandaloneSettings(dir, 1, 2, 3, 4), 5);
  }

  private Control control() {
    return new Control(dir, new PrintStream(said, true, StandardCharsets.UTF_8));
  }

  private String said() {
    return said.toString(StandardCharsets.UTF_8);
  }
}
