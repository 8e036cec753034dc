package io.millrace.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Tag("services")
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class LifelineTest {
  private static final String DEAF = "trap '' TERM; echo $$; while :; do sleep 1; done";

  @Test
  void aChildThatIgnoresSigtermIsKilledAfterItsGracePeriod() throws Exception {
    Process owner = ownerOf(DEAF);
    ProcessHandle child;
    try (BufferedReader said = owner.inputReader(StandardCharsets.UTF_8)) {
      child = ProcessHandle.of(Long.parseLong(said.readLine())).orElseThrow();
      assertThat(child.isAlive()).isTrue();
    } finally {
      owner.destroyForcibly().waitFor();
    }

    child.onExit().get(20, TimeUnit.SECONDS);
  }

  @Test
  void aChildEndsThoughItsOwnersWholeProcessGroupIsKilledAtOnce() throws Exception {
    Process owner = ownerOf("echo $$; exec sleep 1000", "setsid");
    ProcessHandle child;
    try (BufferedReader said = owner.inputReader(StandardCharsets.UTF_8)) {
      child = ProcessHandle.of(Long.parseLong(said.readLine())).orElseThrow();
      assertThat(child.isAlive()).isTrue();
      new ProcessBuilder("kill", "-KILL", "--", "-" + owner.pid()).start().waitFor();
      owner.waitFor();
    } finally {
      owner.destroyForcibly().waitFor();
    }

    child.onExit().get(20, TimeUnit.SECONDS);
  }

  @Test
  void theStartedProcessIsTheChildItselfWithNothingToRead() throws Exception {
    Process child =
        new ProcessBuilder(Lifeline.tied(1, List.of("/bin/sh", "-c", "echo $$; cat; exit 7")))
            .start();
    try (BufferedReader said = child.inputReader(StandardCharsets.UTF_8)) {
      assertThat(said.readLine()).isEqualTo("" + child.pid());
      assertThat(said.readLine()).isNull();
    }
    assertThat(child.waitFor()).isEqualTo(7);
  }

  @Test
  void aChildMayStillBeInterruptedByItsOwnChildren() throws Exception {
    List<String> tied = Lifeline.tied(1, List.of("/bin/sh", "-c", "kill -INT $$; echo deaf"));
    // A suite that runs in the background of a script ignores SIGINT, and so would all below it.
    Process child =
        new ProcessBuilder(
                Stream.concat(Stream.of("env", "--default-signal=INT"), tied.stream()).toList())
            .start();
    try (BufferedReader said = child.inputReader(StandardCharsets.UTF_8)) {
      assertThat(said.readLine()).isNull();
    }
    assertThat(child.waitFor()).isEqualTo(130);
  }

  private static Process ownerOf(String script, String... prefix) throws Exception {
    List<String> command =
        List.of(
            ProcessHandle.current().info().command().orElseThrow(),
            "-cp",
            System.getProperty("java.class.path"),
            Owner.class.getName(),
            script);
    return new ProcessBuilder(Stream.concat(Stream.of(prefix), command.stream()).toList())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /** Starts a child and waits to be killed. */
  static final class Owner {
    public static void main(String[] arguments) throws Exception {
      Process child =
          new ProcessBuilder(Lifeline.tied(2, List.of("/bin/sh", "-c", arguments[0])))
              .redirectOutput(ProcessBuilder.Redirect.INHERIT)
              .start();
      child.waitFor();
    }
  }
}
