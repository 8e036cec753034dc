package io.millrace.worker.environment;

import io.millrace.files.Digest;
import io.millrace.files.FileStore;
import io.millrace.store.Environments.Row;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;
import org.jspecify.annotations.Nullable;

/**
 * A set of packages on its way from the store of files. What is wrong with its bytes, or with who
 * sends them, shows as {@link UncheckedIOException}. Not thread-safe.
 */
final class StoredSet implements AutoCloseable {

  private static final int ALL_BYTES = -1;

  private final Row row;
  private final Sent content;

  private StoredSet(Row row, Sent content) {
    this.row = row;
    this.content = content;
  }

  /** Null when the store has it no more. */
  static @Nullable StoredSet open(FileStore store, Row row) {
    return store
        .read(EnvironmentFolder.owner(row.key()), row.fileId(), 0, row.size())
        .map(content -> new StoredSet(row, new Sent(content)))
        .orElse(null);
  }

  /**
   * Writes its files into a folder that is empty, and holds them to the set's digest.
   *
   * @return how many bytes they have
   * @throws DamagedSetException when the store does not have them any more as they were
   * @throws IOException when they cannot be written
   */
  long unpack(Path folder) throws IOException, DamagedSetException {
    Digest digest = new Digest();
    try (InputStream digested = digest.over(new BufferedInputStream(content))) {
      long size = 0;
      ZipException unreadable = null;
      try {
        size = unzip(digested, folder);
      } catch (ZipException e) {
        unreadable = e;
      }
      digested.transferTo(OutputStream.nullOutputStream());
      if (!digest.end().equals(row.name())) {
        throw new DamagedSetException(row.name());
      }
      if (unreadable != null) {
        throw wrong("cannot be unpacked: " + unreadable.getMessage());
      }
      return size;
    }
  }

  private static long unzip(InputStream content, Path folder) throws IOException {
    long size = 0;
    ZipInputStream zip = new ZipInputStream(content);
    for (ZipEntry entry = next(zip); entry != null; entry = next(zip)) {
      Path file = folder.resolve(entry.getName()).normalize();
      if (!file.startsWith(folder)) {
        throw new ZipException("a file would lie elsewhere");
      }
      makeFolders(folder, file);
      size += write(zip, file);
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    }
    return size;
  }

  private static @Nullable ZipEntry next(ZipInputStream zip) throws ZipException {
    try {
      return zip.getNextEntry();
    } catch (IOException | IllegalArgumentException e) { // the latter: a name that is no text
      throw new ZipException(e.getMessage());
    }
  }

  private static long write(ZipInputStream zip, Path file) throws IOException {
    try {
      return Files.copy(zip, file);
    } catch (EOFException e) {
      throw new ZipException(e.getMessage());
    }
  }

  private static void makeFolders(Path folder, Path file) throws IOException {
    for (Path parent = file.getParent();
        parent != null && !parent.equals(folder) && !Files.isDirectory(parent);
        parent = parent.getParent()) {
      Files.createDirectories(parent);
      Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }

  private static UncheckedIOException wrong(String how) {
    return new UncheckedIOException(new IOException("the file of a set of packages " + how));
  }

  @Override
  public void close() {
    content.close();
  }

  /** Bytes that the store sends. */
  private static final class Sent extends FilterInputStream {

    Sent(InputStream in) {
      super(in);
    }

    @Override
    public int read() {
      byte[] one = new byte[1];
      return read(one, 0, 1) == ALL_BYTES ? ALL_BYTES : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) {
      try {
        return in.read(bytes, offset, length);
      } catch (IOException | RuntimeException e) {
        throw wrong("does not come whole: " + e.getMessage());
      }
    }

    @Override
    public void close() {
      try {
        in.close();
      } catch (IOException | RuntimeException e) {
        throw wrong("does not end: " + e.getMessage());
      }
    }
  }
}
