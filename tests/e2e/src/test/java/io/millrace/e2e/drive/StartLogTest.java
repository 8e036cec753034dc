package io.millrace.e2e.drive;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.e2e.history.Event;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartLogTest {

  private static final String JOB = "0b1f9a52-95ad-4c7c-9f4e-0d7a5b1c2d3e";
  private static final String START =
      "2026-01-02T03:04:05.678+02:00 DEBUG [slot-0] "
          + JOB
          + " JobLoop: Job "
          + JOB
          + " starts here as attempt 2";

  @TempDir Path folder;

  @Test
  void aStartIsReadWithItsTimeAndAttempt() throws IOException {
    Path log = Files.writeString(folder.resolve("worker.log"), START + "\n");

    assertThat(StartLog.read("worker-1", log))
        .containsExactly(new Event.Started(1767315845678L, JOB, 2, "worker-1"));
  }

  @Test
  void nothingElseIsAStart() {
    assertThat(StartLog.parse("w", "")).isEmpty();
    assertThat(StartLog.parse("w", START + " and more")).isEmpty();
    assertThat(StartLog.parse("w", START.replace("starts here", "was rescued"))).isEmpty();
  }
}
