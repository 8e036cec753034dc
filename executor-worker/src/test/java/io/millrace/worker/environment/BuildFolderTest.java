package io.millrace.worker.environment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BuildFolderTest {

  @TempDir private Path parent;

  @Test
  void whatAKilledBuilderLeftGoesAndWhatLivesStays() throws Exception {
    try (BuildFolder ours = BuildFolder.make(parent)) {
      Path dead = left("999999999-1-x");
      Path sameNumber = left(ProcessHandle.current().pid() + "-1-x");
      Path foreign = left("of-somebody-else");
      BuildFolder.sweep(parent);
      assertThat(dead).doesNotExist();
      assertThat(sameNumber).as("of another process that had this number").doesNotExist();
      assertThat(foreign).exists();
      assertThat(ours.path()).exists();
    }
    try (Stream<Path> there = Files.list(parent)) {
      assertThat(there).hasSize(1);
    }
  }

  private Path left(String name) throws IOException {
    Path folder = Files.createDirectories(parent.resolve("millrace-build-" + name));
    Files.createDirectories(folder.resolve("wheels"));
    Files.writeString(folder.resolve("wheels").resolve("half.whl"), "x");
    return folder;
  }
}
