package io.millrace.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ChildTest {
  private static final String COMES_UP = "echo $$ >>pids; echo Ready.; exec sleep 1000";

  @TempDir Path dir;
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();

  @Test
  void aChildThatDiesIsStartedAgainAndSaidSo() throws Exception {
    Child child = child(COMES_UP);
    try {
      child.start();
      Child.awaitReady(child);
      process(0).destroyForcibly();

      await().atMost(Duration.ofSeconds(20)).until(() -> pids().size() == 2);
      assertThat(said.toString(StandardCharsets.UTF_8))
          .contains("The sleeper ended with status 137; its log is " + dir.resolve("log"))
          .contains("The sleeper is started again in 1 s.");
    } finally {
      stop(child);
    }
    assertThat(pids()).hasSize(2);
    assertThat(ProcessHandle.of(pids().get(1))).isEmpty();
  }

  @Test
  void aChildThatEndsWhileStartingFailsTheStartWithItsLastWords() throws Exception {
    Child child = child("printf 'no tier\\n\\tat a.B.c(B.java:1)\\n\\t... 30 more\\n'; exit 78");
    child.start();

    assertThatThrownBy(() -> Child.awaitReady(child))
        .isInstanceOf(ChildFailedException.class)
        .hasMessage(
            "the sleeper does not start: the last it said:\n  no tier\nAll of it is in "
                + dir.resolve("log"));
  }

  @Test
  void whatAnEarlierStartLoggedIsNotAmongTheLastWords() throws Exception {
    Files.writeString(dir.resolve("log"), "of an earlier start\n");
    Child child = child("echo of this start >>log; exit 1");
    child.start();

    assertThatThrownBy(() -> Child.awaitReady(child))
        .hasMessageContaining("of this start")
        .hasMessageNotContaining("earlier");
  }

  @Test
  void aSentenceSaysWhyAndNothingElseIsSaid() throws Exception {
    Child child = child("echo trouble >>log; echo 'a warning'; echo 'millrace: X is 0'; exit 1");
    child.start();

    assertThatThrownBy(() -> Child.awaitReady(child))
        .hasMessage("the sleeper does not start: X is 0");
  }

  @Test
  void aChildThatEndsFailsTheStartThoughAnotherIsNotReadyYet() throws Exception {
    Child slow = child("exec sleep 1000");
    Child failing = child("exit 78");
    try {
      slow.start();
      failing.start();

      assertThatThrownBy(() -> Child.awaitReady(slow, failing))
          .isInstanceOf(ChildFailedException.class);
    } finally {
      stop(slow);
    }
  }

  @Test
  void aChildThatIsStoppedWhileStartingHasNotFailed() throws Exception {
    Child child = child("exec sleep 1000");
    child.start();
    child.askToStop();

    assertThatThrownBy(() -> Child.awaitReady(child)).isInstanceOf(InterruptedException.class);
    child.awaitStopped();
  }

  @Test
  void aStoppedChildStaysDown() throws Exception {
    Child child = child(COMES_UP);
    child.start();
    Child.awaitReady(child);
    stop(child);

    child.start();

    assertThat(pids()).hasSize(1);
    assertThat(said.toString(StandardCharsets.UTF_8)).isEmpty();
  }

  @Test
  void aChildThatDoesNotStopIsKilledAfterItsGracePeriod() throws Exception {
    Child child = child("trap '' TERM; echo $$ >>pids; echo Ready.; while :; do sleep 1; done");
    child.start();
    Child.awaitReady(child);

    stop(child);

    assertThat(ProcessHandle.of(pids().get(0))).isEmpty();
    assertThat(said.toString(StandardCharsets.UTF_8))
        .isEqualTo("The sleeper is killed after 1 s.\n");
  }

  private Child child(String script) {
    Path output = dir.resolve("output");
    Role role =
        new Role(
            "sleeper",
            List.of("/bin/sh", "-c", "cd \"$HERE\" && " + script),
            Map.of("HERE", dir.toString()),
            output,
            dir.resolve("log"),
            Readiness.ofLine(output, "Ready."),
            1);
    return new Child(role, new PrintStream(said, true, StandardCharsets.UTF_8));
  }

  private static void stop(Child child) throws InterruptedException {
    child.askToStop();
    child.awaitStopped();
  }

  private ProcessHandle process(int start) throws Exception {
    return ProcessHandle.of(pids().get(start)).orElseThrow();
  }

  private List<Long> pids() throws Exception {
    return Files.readAllLines(dir.resolve("pids")).stream().map(Long::valueOf).toList();
  }
}
