package io.millrace.standalone;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A folder that one live process at a time works in. The lock goes with the process, so that a
 * killed one leaves the folder free; the child it may have left there is known by its pid file.
 */
final class OwnedFolder implements AutoCloseable {
  private static final long LEFTOVER_SECONDS = 10;

  private final Path path;
  private final FileChannel lock;

  private OwnedFolder(Path path, FileChannel lock) {
    this.path = path;
    this.lock = lock;
  }

  /**
   * @throws FolderInUseException when a live process has it
   */
  static OwnedFolder claim(Path dir) throws IOException {
    Path path = Files.createDirectories(dir.toAbsolutePath());
    FileChannel channel =
        FileChannel.open(path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (!locked(channel)) {
      channel.close();
      throw new FolderInUseException(path);
    }
    return new OwnedFolder(path, channel);
  }

  /** Whether a live process has it; false as well where there is no such folder. */
  static boolean isOwned(Path dir) throws IOException {
    Path file = dir.resolve("lock");
    if (!Files.exists(file)) {
      return false;
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      return !locked(channel);
    }
  }

  private static boolean locked(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  Path path() {
    return path;
  }

  void remember(Process child) throws IOException {
    Files.writeString(pidFile(), "" + child.pid());
  }

  /** Ends the process that is remembered here, if it still runs this very program. */
  void endLeftover(Path program) throws IOException {
    Optional<ProcessHandle> leftover =
        rememberedPid().flatMap(ProcessHandle::of).filter(handle -> runs(handle, program));
    if (leftover.isPresent()) {
      leftover.get().destroyForcibly();
      awaitEnd(leftover.get());
    }
  }

  private static boolean runs(ProcessHandle handle, Path program) {
    return handle
        .info()
        .command()
        .filter(command -> command.equals(program.toString()))
        .isPresent();
  }

  private static void awaitEnd(ProcessHandle leftover) {
    try {
      leftover.onExit().get(LEFTOVER_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("Process " + leftover.pid() + " does not end", e);
    }
  }

  private Optional<Long> rememberedPid() throws IOException {
    if (!Files.exists(pidFile())) {
      return Optional.empty();
    }
    try {
      return Optional.of(Long.valueOf(Files.readString(pidFile()).strip()));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private Path pidFile() {
    return path.resolve("pid");
  }

  @Override
  public void close() {
    try {
      lock.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
