package io.millrace.standalone;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;

/**
 * The folder that holds everything: code and output of jobs too, so a new one is its owner's only.
 */
final class DataFolder {
  private DataFolder() {}

  /**
   * Makes it and its {@code logs} where they are missing.
   *
   * @throws UnusableSettingException when this user cannot work in it
   */
  static void make(Path dir) {
    try {
      if (!Files.exists(dir)) {
        Files.createDirectories(
            dir,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      Files.createDirectories(logs(dir));
      checkWritable(dir);
    } catch (IOException e) {
      throw unusable(dir, e);
    }
  }

  /** What another user made here by an earlier start would fail later, and tell less. */
  private static void checkWritable(Path dir) throws IOException {
    try (Stream<Path> entries = Files.list(dir)) {
      for (Path each : Stream.concat(Stream.of(dir), entries).toList()) {
        if (!Files.isWritable(each)) {
          throw new AccessDeniedException(each.toString());
        }
      }
    }
  }

  /** The failure as a sentence about the setting. */
  static UnusableSettingException unusable(Path dir, IOException cause) {
    String user = System.getProperty("user.name", "this user");
    UnusableSettingException unusable =
        new UnusableSettingException(
            StandaloneSettings.DATA_DIR,
            "user %s cannot keep anything in %s (%s); set it to a folder that %s may write to"
                .formatted(user, dir, reason(cause), user));
    unusable.initCause(cause);
    return unusable;
  }

  private static String reason(IOException cause) {
    if (cause instanceof AccessDeniedException denied) {
      return "no right to write to " + denied.getFile();
    }
    if (cause instanceof FileSystemException file) {
      String why = file.getReason();
      return file.getFile() + (why == null ? " is in the way" : ": " + why);
    }
    return String.valueOf(cause.getMessage());
  }

  static Path logs(Path dir) {
    return dir.resolve("logs");
  }
}
