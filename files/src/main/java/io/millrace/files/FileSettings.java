package io.millrace.files;

import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * What gateway and worker must agree on: the properties below {@code millrace.files}.
 *
 * @param store {@code dir:/path} or {@code s3://bucket/prefix}; empty: no files are kept
 * @param ttl how long an unused file is kept; at least 1 s
 * @param maxSize bytes of one file
 * @param s3 where the bucket is
 * @param spool a folder for what is on its way to a bucket; null: the JVM's temporary folder
 */
@ConfigurationProperties("millrace.files")
public record FileSettings(
    @DefaultValue("") String store,
    @DefaultValue("24h") Duration ttl,
    @DefaultValue("100MB") DataSize maxSize,
    @DefaultValue S3 s3,
    @Nullable Path spool) {

  /**
   * Where the bucket is.
   *
   * @param endpoint the address of another service than Amazon's, {@code http://host:port}; null
   *     for Amazon's
   */
  public record S3(@Nullable URI endpoint) {}

  public FileSettings {
    check(store.isEmpty() || FileStores.isLocation(store), "store", FileStores.WANTED, store);
    check(ttl.toSeconds() >= 1, "ttl", "1s or more", ttl);
    check(maxSize.toBytes() >= 1, "max-size", "1B or more", maxSize);
  }

  /**
   * Opens the store; empty where there is none.
   *
   * @throws FileStoreException when its folder cannot be made
   */
  public Optional<FileStore> open(Clock clock) {
    return store.isEmpty()
        ? Optional.empty()
        : Optional.of(FileStores.open(store, s3.endpoint(), spool, clock));
  }

  private static void check(boolean good, String name, String wanted, Object value) {
    if (!good) {
      throw new IllegalArgumentException(
          "millrace.files." + name + " must be " + wanted + ", but is " + value);
    }
  }
}
