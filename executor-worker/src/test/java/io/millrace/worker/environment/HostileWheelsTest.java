package io.millrace.worker.environment;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.millrace.standalone.testing.Wheels;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.unit.DataSize;

/**
 * Wheels in full size, by the real pip and with the default limits: each is refused, and soon. They
 * take two minutes, and are asked for by name: {@code -Dtest=HostileWheelsTest -DexcludedGroups=}.
 */
@Tag("full-size")
@Timeout(600)
class HostileWheelsTest {

  private static final Logger log = LoggerFactory.getLogger(HostileWheelsTest.class);
  private static final long TEN_GIB = 10L << 30;
  private static final int MILLION = 1_000_000;

  @TempDir private Path folder;

  @Test
  void aWheelOfTenGibibytes() throws Exception {
    try (Wheels index = new Wheels()) {
      index.offer("huge", "1", new Wheels.Content(TEN_GIB, Zeros::new));
      assertThat(refusal(index, "huge")).contains("millrace.packages.max-size");
    }
  }

  @Test
  void aWheelThatUnpacksToTenGibibytes() throws Exception {
    try (Wheels index = new Wheels()) {
      Path bomb =
          wheel(
              "bomb",
              zip -> {
                byte[] zeros = new byte[1 << 20];
                zip.putNextEntry(new ZipEntry("bomb.py"));
                for (int i = 0; i < 10 << 10; i++) {
                  zip.write(zeros);
                }
              });
      offer(index, "bomb", bomb);
      assertThat(refusal(index, "bomb")).contains("millrace.packages.max-size");
    }
  }

  @Test
  void aWheelOfAMillionFiles() throws Exception {
    try (Wheels index = new Wheels()) {
      Path many =
          wheel(
              "many",
              zip -> {
                for (int i = 0; i < MILLION; i++) {
                  zip.putNextEntry(new ZipEntry("many/a" + i + ".py"));
                }
              });
      offer(index, "many", many);
      assertThat(refusal(index, "many")).contains("millrace.packages.max-files");
    }
  }

  private interface Filling {
    void fill(ZipOutputStream zip) throws IOException;
  }

  /** With metadata that pip accepts. */
  private Path wheel(String name, Filling filling) throws IOException {
    Path file = folder.resolve("made.whl");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      zip.setLevel(Deflater.BEST_SPEED);
      filling.fill(zip);
      String about = name + "-1.dist-info/";
      add(zip, about + "METADATA", "Metadata-Version: 2.1\nName: " + name + "\nVersion: 1\n");
      add(zip, about + "WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n");
      add(zip, about + "RECORD", "");
    }
    return file;
  }

  private static void add(ZipOutputStream zip, String name, String text) throws IOException {
    zip.putNextEntry(new ZipEntry(name));
    zip.write(text.getBytes(US_ASCII));
  }

  private static void offer(Wheels index, String name, Path wheel) throws IOException {
    index.offer(
        name,
        "1",
        new Wheels.Content(
            Files.size(wheel),
            () -> {
              try {
                return Files.newInputStream(wheel);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            }));
  }

  /** Why it is refused; what that took is told. */
  private String refusal(Wheels index, String name) throws Exception {
    PackageSettings settings =
        new PackageSettings(
            URI.create(index.index().toString()),
            true,
            1,
            Duration.ofMinutes(10),
            DataSize.ofGigabytes(4),
            200_000,
            null,
            DataSize.ofGigabytes(20));
    Path build = Files.createDirectory(folder.resolve("build"));
    Pip pip = new Pip(Interpreter.ask("/usr/bin/python3", List.of()), settings, 65534);
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
    long begun = System.nanoTime();
    RefusedPackagesException refused =
        catchThrowableOfType(
            RefusedPackagesException.class,
            () -> {
              List<Path> wheels = pip.download(List.of(name), build, () -> true);
              new EnvironmentPack(settings, Set.of(name)).write(wheels, build.resolve("packed"));
            });
    assertThat(refused).isNotNull();
    log.info(
        "{}: refused after {} s with {} MB of disk: {}",
        name,
        Duration.ofNanos(System.nanoTime() - begun).toSeconds(),
        size(build) >> 20,
        refused.getMessage());
    return String.valueOf(refused.getMessage());
  }

  private static long size(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    }
  }

  /** Without an end. */
  private static final class Zeros extends InputStream {

    private long left = TEN_GIB;

    @Override
    public int read() {
      return left-- > 0 ? 0 : -1;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) {
      int count = (int) Math.min(left, length);
      left -= count;
      return count == 0 ? -1 : count;
    }
  }
}
