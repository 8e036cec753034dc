package io.millrace.e2e.rows;

import java.io.IOException;
import java.io.UncheckedIOException;

/** Limits of a process that runs already, by {@code prlimit}. */
final class Limits {

  private Limits() {}

  static void descriptors(ProcessHandle process, int most) {
    try {
      Process prlimit =
          new ProcessBuilder("prlimit", "--nofile=" + most + ":20000", "--pid", "" + process.pid())
              .inheritIO()
              .start();
      if (prlimit.waitFor() != 0) {
        throw new IllegalStateException("prlimit does not work here");
      }
    } catch (IOException e) {
      throw new UncheckedIOException("there is no prlimit", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
