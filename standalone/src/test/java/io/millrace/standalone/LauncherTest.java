package io.millrace.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The script {@code millrace}, as far as it says something before Java does. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class LauncherTest {
  private static final String LAUNCHER = Path.of("..", "millrace").toAbsolutePath().toString();

  /** May unmount what it covers and make no further namespace, as an ordinary user may not. */
  private static final String WITHOUT_NAMESPACES =
      """
      echo 0 >/proc/sys/user/max_user_namespaces
      mount --bind "$1" /proc/sys/kernel
      exec setpriv --bounding-set=-all --inh-caps=-all -- "$0" up
      """;

  @TempDir Path dir;

  private record Said(int status, String all) {}

  @ParameterizedTest
  @ValueSource(strings = {"up", "status", "stop", "infra", "gateway", "worker"})
  void anArgumentThatWouldBeIgnoredIsRefused(String command) throws Exception {
    assertThat(run(LAUNCHER, command, "--port", "9000"))
        .isEqualTo(
            new Said(
                1,
                "millrace: '%1$s' takes no argument, and got '--port'; settings come from the environment, as in: SERVER_PORT=9000 ./millrace %1$s\n"
                    .formatted(command)));
  }

  @Test
  void theVersionIsTheBuilds() throws Exception {
    String pom = Files.readString(Path.of("pom.xml"));
    Said said = run(LAUNCHER, "--version");

    assertThat(said.status()).isZero();
    assertThat(said.all()).matches("millrace \\S+\n");
    assertThat(pom).contains("<version>" + said.all().strip().split(" ")[1] + "</version>");
  }

  @ParameterizedTest
  @CsvSource({
    "apparmor_restrict_unprivileged_userns, 1, kernel.apparmor_restrict_unprivileged_userns=0",
    "unprivileged_userns_clone, 0, kernel.unprivileged_userns_clone=1",
    "other, 0, user.max_user_namespaces=15000"
  })
  void whoMayMakeNoNamespacesIsToldTheRemedyBeforeAnythingStarts(
      String setting, String value, String remedy) throws Exception {
    assumeTrue(mayUnshare(), "SKIPPED, NOT PASSED: no user namespaces here");
    Files.writeString(dir.resolve(setting), value + "\n");

    Said said = run("unshare", "-Urm", "sh", "-ec", WITHOUT_NAMESPACES, LAUNCHER, dir.toString());

    assertThat(said.status()).isEqualTo(1);
    assertThat(said.all().lines()).hasSize(1);
    assertThat(said.all())
        .startsWith("millrace: jobs are locked in by namespaces of the kernel")
        .contains(
            "sudo sysctl -w " + remedy, "root", "compose", "MILLRACE_SANDBOX_REQUIRE=fallback");
  }

  private static boolean mayUnshare() throws Exception {
    return run("unshare", "-Urm", "setpriv", "--bounding-set=-all", "--", "true").status() == 0;
  }

  private static Said run(String... command) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(Stream.of(command).toList()).redirectErrorStream(true);
    builder.environment().remove("MILLRACE_SANDBOX_REQUIRE");
    Process process = builder.start();
    process.getOutputStream().close();
    String all = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Said(process.waitFor(), all);
  }
}
