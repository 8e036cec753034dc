package io.millrace.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A start that fails says why in one line: setting, value, cause, what to do. */
@Tag("services")
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class StartFailureTest {
  /** Root without its privileges is refused what an ordinary user is refused. */
  private static final List<String> UNPRIVILEGED =
      List.of("setpriv", "--bounding-set=-all", "--inh-caps=-all", "--");

  @TempDir Path dir;

  @Test
  void aFolderThatCannotBeWrittenTo() throws Exception {
    Path closed = Files.createDirectory(dir.resolve("closed"));
    closed.toFile().setWritable(false);
    String user = System.getProperty("user.name");

    assertThat(failure(ordinary(), Map.of("MILLRACE_DATA_DIR", closed + "/data")))
        .isEqualTo(
            "millrace: MILLRACE_DATA_DIR: user %1$s cannot keep anything in %2$s/data (no right to"
                + " write to %2$s/data); set it to a folder that %1$s may write to",
            user, closed);
    assertThat(failure(ordinary(), Map.of("MILLRACE_DATA_DIR", closed.toString())))
        .startsWith("millrace: MILLRACE_DATA_DIR: user " + user + " cannot keep anything in ");
  }

  @Test
  void aFileInPlaceOfTheFolder() throws Exception {
    Path file = Files.createFile(dir.resolve("file"));

    assertThat(failure(List.of(), Map.of("MILLRACE_DATA_DIR", file.toString())))
        .startsWith("millrace: MILLRACE_DATA_DIR: ")
        .contains(file.toString());
  }

  @Test
  void aPortThatIsForRootAlone() throws Exception {
    assertThat(failure(ordinary(), ports("SERVER_PORT", "80")))
        .startsWith("millrace: SERVER_PORT: Port 80 on 127.0.0.1 is for root alone")
        .contains("set a port from 1024 on", "sysctl -w net.ipv4.ip_unprivileged_port_start=80");
  }

  @Test
  void aFolderThatAnotherOneHas() throws Exception {
    try (OwnedFolder owned = OwnedFolder.claim(dir)) {
      assertThat(failure(List.of(), ports("MILLRACE_KAFKA_PORT", "0")))
          .isEqualTo(
              "millrace: MILLRACE_DATA_DIR: %s is in use by another process; stop that one"
                  + " (./millrace stop), or set another folder",
              dir);
    }
  }

  @Test
  void aNameThatThisLocaleCannotSpell() throws Exception {
    Map<String, String> posix = Map.of("LC_ALL", "C", "MILLRACE_DATA_DIR", dir + "/\u00fc");
    assertThat(failure(List.of(), posix))
        .startsWith("millrace: MILLRACE_DATA_DIR: ")
        .endsWith("is no folder in this locale; set another one, or LC_ALL=C.UTF-8");
  }

  @Test
  void aTurkishLocaleStopsNothing() throws Exception {
    Process infrastructure =
        start(
            Infrastructure.class,
            List.of("-Duser.language=tr", "-Duser.country=TR"),
            List.of(),
            ports("MILLRACE_KAFKA_PORT", "0"));
    try (BufferedReader said = infrastructure.inputReader(StandardCharsets.UTF_8)) {
      assertThat(said.lines().filter(line -> line.startsWith(Infrastructure.READY)).findFirst())
          .isPresent();
    } finally {
      infrastructure.destroy();
      infrastructure.waitFor();
    }
  }

  private static List<String> ordinary() {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "SKIPPED, NOT PASSED: no setpriv");
    return UNPRIVILEGED;
  }

  private Map<String, String> ports(String setting, String value) {
    return Stream.of(
            Map.of(
                "MILLRACE_DATA_DIR", dir.toString(),
                "MILLRACE_KAFKA_PORT", "0",
                "MILLRACE_REDIS_PORT", "0",
                "MANAGEMENT_SERVER_PORT", "0"),
            Map.of(setting, value))
        .flatMap(each -> each.entrySet().stream())
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (first, last) -> last));
  }

  /** All that {@code up} says before it fails. */
  private static String failure(List<String> prefix, Map<String, String> environment)
      throws Exception {
    Process process = start(Supervisor.class, List.of(), prefix, environment);
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isEqualTo(1);
    return said.strip();
  }

  private static Process start(
      Class<?> main, List<String> flags, List<String> prefix, Map<String, String> environment)
      throws Exception {
    List<String> java =
        List.of(
            ProcessHandle.current().info().command().orElseThrow(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"));
    List<String> command =
        Stream.of(prefix, java, flags, List.of(main.getName(), "gateway.jar", "worker.jar"))
            .flatMap(List::stream)
            .toList();
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    return builder.start();
  }
}
