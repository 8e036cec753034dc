package io.millrace.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.util.Optional;

/**
 * What came in: written through to the disk, counted and digested on its way.
 *
 * @param size in bytes
 * @param sha256 in lower-case hexadecimal
 */
record Received(long size, String sha256) {

  private static final int CHUNK = 64 * 1024;

  /**
   * Copies a content to its end. Empty when it has more than {@code maxBytes}.
   *
   * @throws IOException when {@code content} cannot be read, or this thread is interrupted
   * @throws FileStoreException when {@code file} cannot be written
   */
  static Optional<Received> copy(InputStream content, FileChannel file, long maxBytes)
      throws IOException {
    Digest digest = new Digest();
    byte[] chunk = new byte[CHUNK];
    long size = 0;
    for (int read = content.read(chunk); read >= 0; read = content.read(chunk)) {
      size += read;
      if (size > maxBytes) {
        return Optional.empty();
      }
      digest.add(chunk, read);
      write(file, ByteBuffer.wrap(chunk, 0, read));
    }
    force(file);
    return Optional.of(new Received(size, digest.end()));
  }

  private static void write(FileChannel file, ByteBuffer bytes) throws ClosedByInterruptException {
    try {
      while (bytes.hasRemaining()) {
        file.write(bytes);
      }
    } catch (ClosedByInterruptException e) {
      // Whoever waits for this file has gone: the disk is not to blame.
      throw e;
    } catch (IOException e) {
      throw new FileStoreException("A file that comes in cannot be written to the disk", e);
    }
  }

  private static void force(FileChannel file) {
    try {
      file.force(true);
    } catch (IOException e) {
      throw new FileStoreException("A file that comes in cannot be written to the disk", e);
    }
  }
}
