package io.millrace.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What {@code .ci/release.py} makes of a build. That Maven's jars are the same is not seen here.
 */
class ReleaseTest {
  private static final String SANDBOX = "sandbox/";
  private static final String PYTHON = SANDBOX + "src/main/python/millrace_sandbox";

  @TempDir Path folder;

  private record Ending(int code, String output) {}

  @Test
  void theSameBuildGivesTheSameBytesWhereverAndWheneverItWasMade() throws Exception {
    assumeTrue(
        run(folder, "/usr/bin/python3", "-c", "import setuptools, wheel, pip").code() == 0,
        "pip, setuptools or wheel is not installed");
    Path early = build("early", List.of("a.jar", "b.jar"), 1_600_000_000, "rw-r--r--");
    Path late = build("late", List.of("b.jar", "a.jar"), 1_700_000_000, "rw-rw-rw-");

    Path first = released(early);
    Path second = released(late);

    assertThat(names(first))
        .containsExactly(
            "SHA256SUMS",
            "api-gateway-1.2.3.jar",
            "executor-worker-1.2.3.jar",
            "millrace-1.2.3.cdx.json",
            "millrace_sandbox-" + version() + "-py3-none-any.whl",
            "standalone-1.2.3.tar.gz");
    assertThat(Files.readString(second.resolve("SHA256SUMS")))
        .isEqualTo(Files.readString(first.resolve("SHA256SUMS")))
        .isEqualTo(checksums(first));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "docker-compose.yml",
        "docker/gateway.Dockerfile",
        "docker/worker.Dockerfile",
        "docker/packages.yml",
        "k8s/overlays/dev/kustomization.yaml",
        "k8s/overlays/prod/kustomization.yaml",
        "sandbox/pyproject.toml"
      })
  void theVersionIsTheSameEverywhere(String file) {
    assertThat(Project.text(file)).contains(version());
  }

  private static String version() {
    Matcher version =
        Pattern.compile("<artifactId>millrace</artifactId>\\s+<version>([^<]+)</version>")
            .matcher(Project.text("pom.xml"));
    assertThat(version.find()).isTrue();
    return version.group(1);
  }

  private Path released(Path source) throws Exception {
    Path release = Files.createDirectory(folder.resolve("of-" + source.getFileName()));
    String script = Project.file(".ci/release.py").toString();
    Ending ending = run(source, "python3", script, source.toString(), release.toString(), "1.2.3");
    assertThat(ending.code()).as(ending.output()).isZero();
    assertThat(ending.output())
        .contains("No container engine answers here: the image millrace/gateway:1.2.3 is not in")
        .contains("No container engine answers here: the image millrace/worker:1.2.3 is not in");
    return release;
  }

  private Path build(String name, List<String> libraries, long changed, String rights)
      throws IOException {
    Path build = folder.resolve(name);
    for (String file : List.of("pyproject.toml", "README.md", "LICENSE", "NOTICE")) {
      write(build.resolve(SANDBOX + file), Files.readAllBytes(Project.file(SANDBOX + file)));
    }
    for (String file : names(Project.file(PYTHON))) {
      Path source = Project.file(PYTHON).resolve(file);
      if (Files.isRegularFile(source)) {
        write(build.resolve(PYTHON).resolve(file), Files.readAllBytes(source));
      }
    }
    write(build.resolve("api-gateway/target/api-gateway.jar"), "gateway".getBytes());
    write(build.resolve("executor-worker/target/executor-worker.jar"), "worker".getBytes());
    write(build.resolve("standalone/target/standalone.jar"), "standalone".getBytes());
    write(build.resolve("target/bom.json"), "{}".getBytes());
    for (String library : libraries) {
      write(build.resolve("standalone/target/lib").resolve(library), library.getBytes());
    }
    try (Stream<Path> files = Files.walk(build)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(changed)));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(rights));
      }
    }
    return build;
  }

  private static void write(Path file, byte[] content) throws IOException {
    Files.createDirectories(file.getParent());
    Files.write(file, content);
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static String checksums(Path release) throws Exception {
    StringBuilder lines = new StringBuilder();
    for (String name : names(release)) {
      if (!name.equals("SHA256SUMS")) {
        byte[] content = Files.readAllBytes(release.resolve(name));
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
        lines.append(HexFormat.of().formatHex(digest)).append("  ").append(name).append('\n');
      }
    }
    return lines.toString();
  }

  private static Ending run(Path directory, String... command) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    builder.environment().put("SOURCE_DATE_EPOCH", "1650000000");
    builder.environment().put("DOCKER_HOST", "unix:///nowhere/docker.sock");
    Process process = builder.redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ending(process.waitFor(), output);
  }
}
