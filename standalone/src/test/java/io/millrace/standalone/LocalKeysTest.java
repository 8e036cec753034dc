package io.millrace.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalKeysTest {
  @TempDir Path dir;

  @Test
  void theKeysThatAreSetAreUsedAndNothingIsKept() throws Exception {
    assertThat(LocalKeys.of(Map.of("MILLRACE_API_KEYS", "one,two"), dir)).isEqualTo("one,two");
    assertThat(dir).isEmptyDirectory();
  }

  @Test
  void aKeyIsMadeOnceAndReadableByItsOwnerOnly() throws Exception {
    String made = LocalKeys.of(Map.of(), dir);

    assertThat(made).matches("[A-Za-z0-9_-]{32}");
    assertThat(LocalKeys.of(Map.of("MILLRACE_API_KEYS", ""), dir)).isEqualTo(made);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(dir.resolve("api-key"))))
        .isEqualTo("rw-------");
  }

  @Test
  void oneMoreKeyHasANameOfItsOwn() {
    assertThat(LocalKeys.with("k", "one,two")).isEqualTo("one,two,first-jobs:k");
  }

  @Test
  void twoInstallationsHaveDifferentKeys() throws Exception {
    assertThat(LocalKeys.of(Map.of(), dir.resolve("a")))
        .isNotEqualTo(LocalKeys.of(Map.of(), dir.resolve("b")));
  }

  @Test
  void theFirstKeyIsToldAsItIsSent() {
    assertThat(LocalKeys.usable("first, second")).contains("first");
    assertThat(LocalKeys.usable("alice:first queued=10, second")).contains("first");
    assertThat(LocalKeys.usable("sha256:00ff, second")).isEmpty();
    assertThat(LocalKeys.usable("alice:sha256:00ff")).isEmpty();
  }
}
