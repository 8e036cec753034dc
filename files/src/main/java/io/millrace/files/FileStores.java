package io.millrace.files;

import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Opens the store that a location names. */
public final class FileStores {

  static final String WANTED = "dir:/PATH, s3://BUCKET or s3://BUCKET/PREFIX";

  private static final Pattern FOLDER = Pattern.compile("dir:(?<path>/[^\\x00]*)");
  private static final Pattern BUCKET =
      Pattern.compile("s3://(?<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/?(?<prefix>|[^/].*?)/?");

  private FileStores() {}

  /** Whether {@link #open} knows what is meant. */
  public static boolean isLocation(String text) {
    return FOLDER.matcher(text).matches() || BUCKET.matcher(text).matches();
  }

  /**
   * Opens a store. A folder is made where it is missing; a bucket must be there.
   *
   * @param location {@code dir:/path} or {@code s3://bucket/prefix}
   * @param s3Endpoint see {@link S3Store}
   * @param spool see {@link S3Store}
   * @throws IllegalArgumentException for another location; the message says what it must be
   * @throws FileStoreException when the folder cannot be made
   */
  public static FileStore open(
      String location, @Nullable URI s3Endpoint, @Nullable Path spool, Clock clock) {
    Matcher folder = FOLDER.matcher(location);
    if (folder.matches()) {
      return new FolderStore(Path.of(folder.group("path")), clock);
    }
    Matcher bucket = BUCKET.matcher(location);
    if (bucket.matches()) {
      return new S3Store(bucket.group("bucket"), bucket.group("prefix"), s3Endpoint, spool, clock);
    }
    throw new IllegalArgumentException(
        "A store of files must be " + WANTED + ", but is " + location);
  }
}
