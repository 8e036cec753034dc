package io.millrace.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileStoresTest {

  private static final URI SOMEWHERE = URI.create("http://127.0.0.1:1");

  @Test
  void aFolderIsNamedByItsPath(@TempDir Path folder) {
    assertThat(open("dir:" + folder.resolve("new"))).isInstanceOf(FolderStore.class);
    assertThat(folder.resolve("new")).exists();
  }

  @ParameterizedTest
  @ValueSource(strings = {"s3://my-bucket", "s3://my-bucket/", "s3://my.bucket/some/prefix"})
  void aBucketIsNamedByItsAddress(String location) {
    assertThat(open(location)).isInstanceOf(S3Store.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/folder",
        "dir:",
        "dir:relative",
        "s3:",
        "s3://",
        "s3:///x",
        "s3://UPPER",
        "file:///x",
        "dir:/a\0b"
      })
  void anythingElseIsRefusedWithWhatItMustBe(String location) {
    assertThatThrownBy(() -> open(location))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("dir:/PATH")
        .hasMessageContaining("s3://BUCKET");
  }

  private static FileStore open(String location) {
    return FileStores.open(location, SOMEWHERE, null, Clock.systemUTC());
  }
}
