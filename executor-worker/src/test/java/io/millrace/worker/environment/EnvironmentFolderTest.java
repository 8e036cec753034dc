package io.millrace.worker.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.millrace.files.FileStore;
import io.millrace.files.FolderStore;
import io.millrace.files.StoredFile;
import io.millrace.files.Upload;
import io.millrace.standalone.testing.Wheels;
import io.millrace.store.Environments.Row;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.util.FileSystemUtils;

/** Sets of packages on a worker's disk, which may have been cut off, or be full. */
class EnvironmentFolderTest {

  private static final long PLENTY = 1 << 30;
  private static final int KIB = 1024;

  @TempDir private Path root;
  private Path folder;
  private FileStore store;
  private EnvironmentFolder environments;

  @BeforeEach
  void open() throws IOException {
    folder = root.resolve("environments");
    store = new FolderStore(root.resolve("store"), Clock.systemUTC());
    environments = new EnvironmentFolder(folder, PLENTY, store, Clock.systemUTC());
    environments.open();
  }

  @Test
  void aSetThatWasHalfRemovedIsFetchedAnew() throws IOException {
    Row row = kept("a", 1);
    assertThat(environments.ensure(row, 0)).isTrue();
    Files.delete(folder.resolve(row.name() + ".size"));
    Files.delete(module(row));

    assertThat(environments.ensure(row, 1)).isTrue();

    assertThat(module(row)).exists();
  }

  @Test
  void whatAWorkerThatDiedLeftUnfinishedIsGoneWhenItStarts() throws IOException {
    Row whole = kept("whole", 1);
    Row half = kept("half", 1);
    Row lost = kept("lost", 1);
    for (Row each : List.of(whole, half, lost)) {
      environments.ensure(each, 0);
    }
    Files.delete(folder.resolve(half.name() + ".size"));
    FileSystemUtils.deleteRecursively(folder.resolve(lost.name()));
    Files.createDirectory(folder.resolve("part-1"));

    environments.open();

    assertThat(names()).containsExactlyInAnyOrder(whole.name(), whole.name() + ".size");
  }

  @Test
  void aFullDiskLetsGoOfWhatNoSlotUsesAndOtherwiseSaysSo() throws Exception {
    try (SmallDisk disk = SmallDisk.mount(folder, 1000 * KIB)) {
      List<Row> rows = List.of(kept("a", 300), kept("b", 300), kept("c", 300));
      for (Row each : rows) {
        assertThat(environments.ensure(each, 0)).isTrue();
      }
      Row more = kept("d", 350);

      assertThat(environments.ensure(more, 1)).isTrue();

      assertThat(folder.resolve(rows.get(0).name())).as("which no slot uses").doesNotExist();
      Row tooMuch = kept("e", 2000);
      assertThatThrownBy(() -> environments.ensure(tooMuch, 2))
          .isInstanceOf(NoRoomException.class)
          .hasMessageContaining("millrace.packages.folder");
      for (Row used : List.of(rows.get(1), rows.get(2), more)) {
        assertThat(module(used)).exists();
      }
      assertThat(names()).noneMatch(name -> name.startsWith("part-"));
    }
  }

  @Test
  void aSlotThatGotNothingStillHasWhatItsZygotesSee() throws Exception {
    try (SmallDisk disk = SmallDisk.mount(folder, 1000 * KIB)) {
      Row first = kept("a", 300);
      Row second = kept("b", 300);
      environments.ensure(first, 0);
      environments.ensure(second, 0);
      assertThatThrownBy(() -> environments.ensure(kept("c", 2000), 0))
          .isInstanceOf(NoRoomException.class);
      assertThatThrownBy(() -> environments.ensure(kept("d", 2000), 1))
          .isInstanceOf(NoRoomException.class);
      assertThat(module(first)).exists();
      assertThat(module(second)).exists();
    }
  }

  @Test
  void aStoreThatFailedIsLeftInPeaceForAMoment() throws IOException {
    Row row = kept("a", 1);
    Row other = kept("b", 1);
    Path file = stored(row);
    Files.delete(file);
    Files.createDirectory(file);
    assertThatThrownBy(() -> environments.ensure(row, 0))
        .isNotInstanceOf(NoRoomException.class)
        .hasMessageContaining("store of files");
    assertThatThrownBy(() -> environments.ensure(other, 1)).hasMessageContaining("a moment ago");
    assertThat(names()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a bit", "its head", "its end"})
  void aSetWhoseFileTheStoreHasDamagedIsDeletedThereAndWantedAnew(String what) throws IOException {
    Row row = kept("a", 1);
    Row other = kept("b", 1);
    Path file = stored(row);
    byte[] bytes = Files.readAllBytes(file);
    switch (what) {
      case "a bit" -> bytes[bytes.length / 2] ^= 1;
      case "its head" -> Arrays.fill(bytes, 0, 40, (byte) 'x');
      default -> bytes = Arrays.copyOf(bytes, bytes.length - 7);
    }
    Files.write(file, bytes);

    assertThat(environments.ensure(row, 0)).isFalse();

    assertThat(store.find(EnvironmentFolder.owner(row.key()), row.fileId())).isEmpty();
    assertThat(names()).isEmpty();
    assertThat(environments.ensure(other, 0)).as("the store is not away").isTrue();
  }

  /** The bytes of a set in the store. */
  private Path stored(Row row) throws IOException {
    try (Stream<Path> files = Files.walk(root.resolve("store"))) {
      return files
          .filter(Files::isRegularFile)
          .filter(each -> each.toString().contains(row.fileId()))
          .max(Comparator.comparingLong(each -> each.toFile().length()))
          .orElseThrow();
    }
  }

  /** A set of one module of so many KiB, in the store. */
  private Row kept(String module, int size) throws IOException {
    byte[] random = new byte[size * KIB];
    new Random(size).nextBytes(random);
    byte[] zip = Wheels.zip(Map.of(module + ".py", random));
    String key = module + "-key";
    StoredFile file =
        ((Upload.Stored)
                store.put(
                    EnvironmentFolder.owner(key),
                    module,
                    "application/zip",
                    new ByteArrayInputStream(zip),
                    PLENTY))
            .file();
    return new Row(key, file.sha256(), file.fileId(), file.size(), List.of(module));
  }

  private Path module(Row row) {
    return folder.resolve(row.name()).resolve(row.imports().get(0) + ".py");
  }

  private List<String> names() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(each -> each.getFileName().toString()).toList();
    }
  }

  /** A file system in memory, of so many bytes, which is all that a folder has. */
  private record SmallDisk(Path place) implements AutoCloseable {

    static SmallDisk mount(Path place, int bytes) throws Exception {
      assumeTrue(
          run("mount", "-t", "tmpfs", "-o", "size=" + bytes, "tmpfs", place.toString()),
          "needs root: mounts a file system");
      return new SmallDisk(place);
    }

    @Override
    public void close() throws Exception {
      run("umount", place.toString());
    }

    private static boolean run(String... command) throws Exception {
      return new ProcessBuilder(command).start().waitFor() == 0;
    }
  }
}
