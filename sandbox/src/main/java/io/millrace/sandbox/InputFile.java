package io.millrace.sandbox;

import java.io.IOException;
import java.io.InputStream;

/**
 * A file that lies in a job's working directory before its program starts.
 *
 * @param path relative, its parts neither empty, {@code .} nor {@code ..}; the helper refuses what
 *     is not, and the program's own {@code main.py}
 * @param size its bytes; a content that ends before is our failure, what it has beyond is left out
 * @param content where they come from, read once
 */
public record InputFile(String path, long size, Content content) {

  /** Opens a file's bytes; whoever does closes them. */
  @FunctionalInterface
  public interface Content {
    InputStream open() throws IOException;
  }

  public InputFile {
    if (size < 0) {
      throw new IllegalArgumentException("a file cannot have " + size + " bytes");
    }
  }
}
