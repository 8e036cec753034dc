package io.millrace.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderStoreTest extends FileStoreConformance {

  @TempDir private Path root;
  private Instant now = Instant.parse("2026-12-01T00:00:00Z");
  private FolderStore store;

  @BeforeEach
  void open() {
    Clock clock =
        new Clock() {
          @Override
          public Instant instant() {
            return now;
          }

          @Override
          public ZoneOffset getZone() {
            return ZoneOffset.UTC;
          }

          @Override
          public Clock withZone(java.time.ZoneId zone) {
            return this;
          }
        };
    store = new FolderStore(root, clock);
  }

  @Override
  FileStore store() {
    return store;
  }

  @Override
  Instant later() {
    now = now.plus(Duration.ofMillis(1));
    return now;
  }

  @Test
  void whatAKilledProcessLeftIsSweptButNotWhatStillComesIn() throws IOException {
    Path left = Files.createDirectories(root.resolve("moving/left"));
    Files.writeString(left.resolve("content"), "half of it");
    Path coming = Files.createDirectories(root.resolve("moving/coming"));
    Path begunLongAgo = Files.createDirectories(root.resolve("moving/begun-long-ago"));
    Path written = Files.writeString(begunLongAgo.resolve("content"), "and still coming");
    for (Path each : List.of(left, left.resolve("content"), begunLongAgo)) {
      Files.setLastModifiedTime(each, FileTime.from(now.minusSeconds(100)));
    }
    Files.setLastModifiedTime(coming, FileTime.from(now.minusSeconds(60)));
    Files.setLastModifiedTime(written, FileTime.from(now.minusSeconds(60)));

    store.sweep(now.minusSeconds(5), fileId -> true);

    assertThat(left).doesNotExist();
    assertThat(coming).exists();
    assertThat(written).exists();
  }

  @Test
  void sweepersThatMeetDoNotFail() throws Exception {
    for (int i = 0; i < 40; i++) {
      put("anna", "unused", "text/plain", "x".getBytes());
      Path left = Files.createDirectories(root.resolve("moving/left-" + i));
      Files.setLastModifiedTime(left, FileTime.from(now.minusSeconds(100)));
    }
    Instant mark = later();
    List<Future<Long>> swept = new ArrayList<>();
    ExecutorService sweepers = Executors.newFixedThreadPool(4);
    for (int i = 0; i < 4; i++) {
      swept.add(sweepers.submit(() -> store.sweep(mark, fileId -> false)));
    }

    long deleted = 0;
    for (Future<Long> each : swept) {
      deleted += each.get(20, TimeUnit.SECONDS);
    }
    sweepers.shutdown();
    assertThat(deleted).isEqualTo(40);
    assertThat(root.resolve("moving")).isEmptyDirectory();
  }

  @Test
  void nothingIsLeftOfWhatIsGone() throws IOException {
    StoredFile file = put("anna", "gone", "text/plain", "x".getBytes());
    store.delete("anna", file.fileId());

    try (Stream<Path> left = Files.walk(root)) {
      assertThat(left.filter(Files::isRegularFile)).isEmpty();
    }
  }

  @Test
  void aFolderThatCannotBeMadeIsNamed() throws IOException {
    Path file = Files.createFile(root.resolve("a-file"));

    assertThatThrownBy(() -> new FolderStore(file.resolve("below"), Clock.systemUTC()))
        .isInstanceOf(FileStoreException.class)
        .hasMessageContaining(file.toString());
  }
}
