package io.millrace.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SandboxFilesTest {

  @TempDir Path parent;

  @Test
  void whatADeadWorkerLeftIsRemovedAndNothingElse() throws IOException {
    Path ofADeadWorker = folder("millrace-sandbox-dead");
    Files.createFile(ofADeadWorker.resolve("lock"));
    Path ofSomebodyElse = folder("millrace-sandbox-other");

    try (SandboxFiles alive = SandboxFiles.unpack(parent)) {
      try (SandboxFiles next = SandboxFiles.unpack(parent)) {
        assertThat(next).isNotEqualTo(alive);
        assertThat(parent).isDirectoryContaining(path -> path.equals(ofSomebodyElse));
        assertThat(ofADeadWorker).doesNotExist();
        assertThat(parent.toFile().list()).hasSize(3);
      }
    }
    assertThat(parent.toFile().list()).hasSize(1);
  }

  @Test
  void theHelperHasNothingOfTheWorkersEnvironmentButThePath() throws IOException {
    try (SandboxFiles files = SandboxFiles.unpack(parent)) {
      assertThat(files.process("python3", "prove").environment().keySet()).isSubsetOf("PATH");
    }
  }

  private Path folder(String name) throws IOException {
    return Files.createDirectory(parent.resolve(name));
  }
}
