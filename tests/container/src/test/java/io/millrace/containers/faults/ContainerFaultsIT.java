package io.millrace.containers.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.millrace.containers.EngineCondition;
import io.millrace.e2e.history.Findings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever one container suffers while jobs run, each accepted job has one result. */
@ExtendWith(EngineCondition.class)
class ContainerFaultsIT {
  private static final Path FOLDER = Path.of("target", "container-faults");

  /** Longer than the lease of the jobs that run there. */
  private static final Duration WORKER_AWAY = Duration.ofSeconds(20);

  private static final Duration AWAY = Duration.ofSeconds(6);

  private static ComposeProject project;

  @BeforeAll
  static void startTheComposeFile() throws Exception {
    Files.createDirectories(FOLDER);
    project = ComposeProject.up(FOLDER);
  }

  @AfterAll
  static void stopIt() {
    if (project != null) {
      project.close();
    }
  }

  static Stream<Arguments> containers() {
    return Stream.of(
        arguments("worker-1", WORKER_AWAY),
        arguments("gateway-1", AWAY),
        arguments("redis-1", AWAY),
        arguments("kafka-1", AWAY));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("containers")
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void aKilledContainerLosesNoAcceptedJob(String container, Duration time) {
    holds(container, Fault.KILLED, time);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("containers")
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void aPausedContainerLosesNoAcceptedJob(String container, Duration time) {
    holds(container, Fault.PAUSED, time);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("containers")
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void aContainerThatIsCutOffLosesNoAcceptedJob(String container, Duration time) {
    holds(container, Fault.CUT_OFF, time);
  }

  private static void holds(String container, Fault fault, Duration time) {
    String name = container + "-" + fault.name().toLowerCase(Locale.ROOT);
    try (Trial trial = new Trial(name, project, FOLDER)) {
      Findings findings =
          trial.run(
              () -> fault.strike(project, container), time, () -> fault.heal(project, container));
      System.out.println(name + ": " + findings);
      assertThat(findings.violations()).isEmpty();
      assertThat(findings.accepted()).isGreaterThan(Trial.BEFORE_THE_FAULT);
      assertThat(findings.starts()).isGreaterThanOrEqualTo(findings.ended());
      if (container.startsWith("worker")) {
        assertThat(findings.startedAgain()).as("its jobs start elsewhere").isPositive();
      }
    }
  }
}
