package io.millrace.standalone;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The folder that holds everything: code and output of jobs too, so a new one is its owner's only.
 */
final class DataFolder {
  private DataFolder() {}

  /** Makes it and its {@code logs} where they are missing. */
  static void make(Path dir) throws IOException {
    if (!Files.exists(dir)) {
      Files.createDirectories(
          dir, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    Files.createDirectories(logs(dir));
  }

  static Path logs(Path dir) {
    return dir.resolve("logs");
  }
}
