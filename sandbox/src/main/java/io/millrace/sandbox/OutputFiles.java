package io.millrace.sandbox;

import java.io.IOException;
import java.io.InputStream;

/** Keeps the files that come back from a wide job, one after the other. */
@FunctionalInterface
public interface OutputFiles {

  /**
   * Called by the sandbox's own thread, which may be held up: nothing of the file is in memory but
   * what was read of it last. 64 files at most, each path once, which the helper has checked to be
   * relative and to leave no folder; the name and the bytes are the program's own.
   *
   * @param content the file's {@code size} bytes; a read throws {@link IOException} where the file
   *     turns out not to be whole, and nothing of it is to be kept then. What is not read is thrown
   *     away. Not to be used after the call
   * @throws IOException when it cannot be kept: the job is then ours to run again
   */
  void keep(String path, long size, InputStream content) throws IOException;
}
