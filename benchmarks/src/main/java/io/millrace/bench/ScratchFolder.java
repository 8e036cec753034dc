package io.millrace.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * A folder that is there for as long as it is open, and nothing in it afterwards.
 *
 * @param path where it is
 */
public record ScratchFolder(Path path) implements AutoCloseable {

  /** Makes one; {@code what} is in its name. */
  public static ScratchFolder make(String what) throws IOException {
    return new ScratchFolder(Files.createTempDirectory("millrace-bench-" + what));
  }

  @Override
  public void close() {
    try (Stream<Path> all = Files.walk(path)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(each);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the folder " + path + " is left behind", e);
    }
  }
}
