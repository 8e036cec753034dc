package io.millrace.worker.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.millrace.standalone.testing.Wheels;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

/** Which wheels are taken, and what is made of them. */
class EnvironmentPackTest {

  private static final PackageSettings SETTINGS =
      new PackageSettings(
          URI.create("https://pypi.org/simple"),
          true,
          1,
          Duration.ofMinutes(1),
          DataSize.ofMegabytes(1),
          100,
          null,
          DataSize.ofMegabytes(1));
  private static final Map<String, String> GOOD = Map.of("pack/__init__.py", "x = 1");

  @TempDir private Path folder;
  private EnvironmentPack pack = new EnvironmentPack(SETTINGS, Set.of("pack"));

  @Test
  void modulesAndMetadataAreKeptAndNothingElse() throws Exception {
    Map<String, String> files = new HashMap<>(GOOD);
    files.put("single.py", "");
    files.put("evil.pth", "import os");
    files.put("pack-1.data/scripts/run", "#!/bin/sh");
    files.put("pack-1.data/data/etc/passwd", "");
    files.put("pack-1.data/headers/x.h", "");
    files.put("pack-1.data/purelib/placed.py", "");

    assertThat(packed(Wheels.wheel("pack", "1", files)))
        .containsExactly(
            "pack-1.dist-info/METADATA",
            "pack-1.dist-info/RECORD",
            "pack-1.dist-info/WHEEL",
            "pack/__init__.py",
            "placed.py",
            "single.py");
    assertThat(pack.imports()).containsExactly("pack", "placed", "single");
  }

  @Test
  void theSameWheelsGiveTheSameFile() throws Exception {
    packed(Wheels.wheel("pack", "1", GOOD));
    byte[] first = Files.readAllBytes(folder.resolve("packed"));
    pack = new EnvironmentPack(SETTINGS, Set.of());
    packed(Wheels.wheel("pack", "1", GOOD));
    assertThat(Files.readAllBytes(folder.resolve("packed"))).isEqualTo(first);
    assertThat(pack.imports()).isEmpty();
  }

  @Test
  void pathsThatLeaveTheFolderAreRefused() {
    for (String path : List.of("../x", "/etc/x", "a/../../x", "a\\b", "./x", "a//b", "a/\u0001")) {
      assertThat(refusal(Wheels.wheel("pack", "1", Map.of(path, "x"))))
          .as(path)
          .contains("elsewhere");
    }
  }

  @Test
  void aRecordThatDoesNotMatchIsRefused() {
    assertThat(changed(e -> put(e, "pack/__init__.py", "x = 2"))).contains("another hash");
    assertThat(changed(e -> put(e, "pack/more.py", ""))).contains("no hash");
    assertThat(changed(e -> without(e, "pack/__init__.py"))).contains("lacks");
    assertThat(changed(e -> without(e, "pack-1.dist-info/RECORD"))).contains("no RECORD");
    assertThat(changed(e -> put(e, "pack-1.dist-info/RECORD", "junk"))).contains("RECORD");
    assertThat(
            changed(
                e ->
                    put(
                        e,
                        "pack-1.dist-info/RECORD",
                        "pack/__init__.py,md5=AAAA,1\npack-1.dist-info/METADATA,,\n")))
        .contains("RECORD");
    assertThat(changed(e -> put(e, "other-1.dist-info/x", ""))).contains("one folder");
  }

  @Test
  void moreThanAllowedIsRefused() throws IOException {
    assertThat(refusal(Wheels.wheel("pack", "1", Map.of("big.py", "x".repeat(1 << 21)))))
        .contains("max-size");
    Map<String, String> many = new HashMap<>();
    for (int i = 0; i < 101; i++) {
      many.put("f" + i + ".py", "");
    }
    assertThat(refusal(Wheels.wheel("pack", "1", many))).contains("more files");
    ByteArrayOutputStream million = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(million)) {
      for (int i = 0; i < 70_000; i++) {
        zip.putNextEntry(new ZipEntry(Integer.toString(i)));
      }
    }
    assertThat(refusal(million.toByteArray())).contains("more files");
    assertThat(refusal(new byte[] {1, 2, 3})).contains("no archive");
    assertThat(refusal(new byte[100_000])).contains("no archive");
  }

  @Test
  void whatTheLastBytesDoNotSayIsNotRead() {
    byte[] wheel = Wheels.wheel("pack", "1", GOOD);
    byte[] commented = Arrays.copyOf(wheel, wheel.length + 22);
    System.arraycopy(wheel, wheel.length - 22, commented, wheel.length, 22);
    commented[wheel.length - 2] = 22;
    commented[commented.length - 2] = 1;
    assertThat(refusal(commented)).contains("comment");
  }

  @Test
  void wheelsTogetherHaveNoMoreThanOneMayHave() throws Exception {
    List<Path> wheels = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Map<String, String> left = new HashMap<>();
      for (int j = 0; j < 40; j++) {
        left.put("more" + i + "-1.data/scripts/" + j, "");
      }
      Path file = folder.resolve(Wheels.fileName("more" + i, "1"));
      wheels.add(Files.write(file, Wheels.wheel("more" + i, "1", left)));
    }
    assertThatThrownBy(() -> pack.write(wheels, folder.resolve("packed")))
        .hasMessageContaining("more files");
  }

  @Test
  void sizesThatAnArchiveDeclaresAreRefusedUnread() throws Exception {
    byte[] wheel = Wheels.wheel("pack", "1", GOOD);
    int directory = 0;
    while (!new String(wheel, directory, 4, java.nio.charset.StandardCharsets.ISO_8859_1)
        .equals("PK\1\2")) {
      directory++;
    }
    wheel[directory + 27] = 0x40; // 1 GiB
    assertThat(refusal(wheel)).contains("max-size");
  }

  private String changed(UnaryOperator<Map<String, byte[]>> change) {
    return refusal(Wheels.zip(change.apply(Wheels.entries("pack", "1", GOOD))));
  }

  private static Map<String, byte[]> put(Map<String, byte[]> entries, String path, String text) {
    entries.put(path, text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    return entries;
  }

  private static Map<String, byte[]> without(Map<String, byte[]> entries, String path) {
    entries.remove(path);
    return entries;
  }

  private String refusal(byte[] wheel) {
    RefusedPackagesException refused =
        catchThrowableOfType(RefusedPackagesException.class, () -> packed(wheel));
    assertThat(refused).isNotNull();
    return String.valueOf(refused.getMessage());
  }

  private List<String> packed(byte[] wheel) throws IOException, RefusedPackagesException {
    Path file = folder.resolve(Wheels.fileName("pack", "1"));
    Files.write(file, wheel);
    pack.write(List.of(file), folder.resolve("packed"));
    List<String> names = new ArrayList<>();
    try (ZipFile zip = new ZipFile(folder.resolve("packed").toFile())) {
      zip.stream().map(ZipEntry::getName).forEach(names::add);
    }
    return names;
  }
}
