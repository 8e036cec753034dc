package io.millrace.files;

import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Opens the store that a setting names. */
public final class FileStores {

  private static final String WANTED =
      "must be dir:/PATH or s3://BUCKET or s3://BUCKET/PREFIX, but is ";
  private static final String FOLDER = "dir:";
  private static final Pattern BUCKET =
      Pattern.compile("s3://(?<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(/(?<prefix>[^/].*?)?/?)?");

  private FileStores() {}

  /**
   * Opens a store. A folder is made where it is missing; a bucket must be there.
   *
   * @param location {@code dir:/path} or {@code s3://bucket/prefix}
   * @param s3Endpoint see {@link S3Store}
   * @throws IllegalArgumentException for another location; the message says what it must be
   * @throws FileStoreException when the folder cannot be made
   */
  public static FileStore open(String location, @Nullable URI s3Endpoint, Clock clock) {
    if (location.startsWith(FOLDER)) {
      return new FolderStore(folder(location), clock);
    }
    Matcher bucket = BUCKET.matcher(location);
    if (!bucket.matches()) {
      throw new IllegalArgumentException(WANTED + location);
    }
    String prefix = bucket.group("prefix");
    return new S3Store(bucket.group("bucket"), prefix == null ? "" : prefix, s3Endpoint, clock);
  }

  private static Path folder(String location) {
    try {
      Path path = Path.of(location.substring(FOLDER.length()));
      if (path.isAbsolute()) {
        return path;
      }
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException(WANTED + location, e);
    }
    throw new IllegalArgumentException(WANTED + location);
  }
}
