package io.millrace.worker.environment;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The properties below {@code millrace.packages}.
 *
 * @param index the index that packages come from (PEP 503); its address may have a user and a
 *     password, and must be the same on all workers
 * @param builder whether this worker builds sets of packages, for which it must reach the index and
 *     needs pip and a store of files
 * @param builds how many it builds at once
 * @param buildTime how long pip may take for one set
 * @param maxSize bytes of the files in one set, and of one download
 * @param maxFiles files in one set
 * @param folder where sets that were fetched are kept; null: {@code millrace-environments-USER} in
 *     the folder for temporary files, USER being who runs this worker
 * @param folderSize bytes of sets that are kept there; the least recently used go first
 */
@ConfigurationProperties("millrace.packages")
public record PackageSettings(
    @DefaultValue("https://pypi.org/simple") URI index,
    @DefaultValue("false") boolean builder,
    @DefaultValue("2") int builds,
    @DefaultValue("10m") Duration buildTime,
    @DefaultValue("4GB") DataSize maxSize,
    @DefaultValue("200000") int maxFiles,
    @Nullable Path folder,
    @DefaultValue("20GB") DataSize folderSize) {

  public PackageSettings {
    boolean web = "http".equals(index.getScheme()) || "https".equals(index.getScheme());
    check(web && index.getHost() != null, "index", "an http(s) URL", index.getHost());
    check(builds >= 1 && builds <= 16, "builds", "1 to 16", builds);
    check(buildTime.toSeconds() >= 1, "build-time", "1s or more", buildTime);
    check(maxSize.toBytes() >= 1024, "max-size", "1KB or more", maxSize);
    check(maxFiles >= 1, "max-files", "1 or more", maxFiles);
    check(folderSize.toBytes() >= 0, "folder-size", "0B or more", folderSize);
  }

  /** Where sets are kept on this machine. */
  Path place() {
    return folder == null
        ? Path.of(
            System.getProperty("java.io.tmpdir"),
            "millrace-environments-" + System.getProperty("user.name"))
        : folder.toAbsolutePath();
  }

  private static void check(boolean good, String name, String wanted, @Nullable Object value) {
    if (!good) {
      throw new IllegalArgumentException(
          "millrace.packages." + name + " must be " + wanted + ", but is " + value);
    }
  }
}
