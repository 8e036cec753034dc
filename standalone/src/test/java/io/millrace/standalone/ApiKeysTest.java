package io.millrace.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApiKeysTest {
  @TempDir Path dir;

  @Test
  void theKeysThatAreSetAreUsedAndNothingIsKept() throws Exception {
    assertThat(ApiKeys.of(Map.of("MILLRACE_API_KEYS", "one,two"), dir)).isEqualTo("one,two");
    assertThat(dir).isEmptyDirectory();
  }

  @Test
  void aKeyIsMadeOnceAndReadableByItsOwnerOnly() throws Exception {
    String made = ApiKeys.of(Map.of(), dir);

    assertThat(made).matches("[A-Za-z0-9_-]{32}");
    assertThat(ApiKeys.of(Map.of("MILLRACE_API_KEYS", ""), dir)).isEqualTo(made);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(dir.resolve("api-key"))))
        .isEqualTo("rw-------");
  }

  @Test
  void oneMoreKeyHasANameOfItsOwn() {
    assertThat(ApiKeys.with("k", "one,two")).isEqualTo("one,two,first-jobs:k");
  }

  @Test
  void twoInstallationsHaveDifferentKeys() throws Exception {
    assertThat(ApiKeys.of(Map.of(), dir.resolve("a")))
        .isNotEqualTo(ApiKeys.of(Map.of(), dir.resolve("b")));
  }

  @Test
  void theFirstKeyIsToldAsItIsSent() {
    assertThat(ApiKeys.usable("first, second")).contains("first");
    assertThat(ApiKeys.usable("alice:first queued=10, second")).contains("first");
    assertThat(ApiKeys.usable("sha256:00ff, second")).isEmpty();
    assertThat(ApiKeys.usable("alice:sha256:00ff")).isEmpty();
  }
}
