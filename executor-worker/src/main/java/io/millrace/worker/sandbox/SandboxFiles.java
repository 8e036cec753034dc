package io.millrace.worker.sandbox;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.util.FileSystemUtils;

/** The helper's Python files, unpacked from the jar into a folder of their own until closed. */
public final class SandboxFiles implements AutoCloseable {

  private static final String PACKAGE = "millrace_sandbox";

  private static final String PREFIX = "millrace-sandbox-";
  private static final String LOCK = "lock";

  private final Path folder;
  private final FileChannel lock;

  private SandboxFiles(Path folder, FileChannel lock) {
    this.folder = folder;
    this.lock = lock;
  }

  /** Unpacks the files below the system's temporary folder, and removes those of dead workers. */
  public static SandboxFiles unpack() throws IOException {
    return unpack(Path.of(System.getProperty("java.io.tmpdir")));
  }

  static SandboxFiles unpack(Path parent) throws IOException {
    sweep(parent);
    Path folder =
        Files.createTempDirectory(
            parent,
            PREFIX,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    Path unlocked = folder.resolve(LOCK + ".new");
    FileChannel lock =
        FileChannel.open(unlocked, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    lock.lock(); // until this process ends, however it ends
    Files.move(unlocked, folder.resolve(LOCK)); // there only once it is held
    Path target = Files.createDirectory(folder.resolve(PACKAGE));
    PathMatchingResourcePatternResolver resources = new PathMatchingResourcePatternResolver();
    for (Resource resource : resources.getResources("classpath*:" + PACKAGE + "/*.*")) {
      try (InputStream in = resource.getInputStream()) {
        Files.copy(in, target.resolve(String.valueOf(resource.getFilename())));
      }
    }
    return new SandboxFiles(folder, lock);
  }

  private static void sweep(Path parent) throws IOException {
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(parent, PREFIX + "*")) {
      for (Path folder : folders) {
        if (isOfADeadWorker(folder)) {
          FileSystemUtils.deleteRecursively(folder);
        }
      }
    }
  }

  /** A lock tells what a process id can't: containers may share the folder. */
  private static boolean isOfADeadWorker(Path folder) {
    Path lock = folder.resolve(LOCK);
    if (!Files.isRegularFile(lock, LinkOption.NOFOLLOW_LINKS)) {
      return false; // a fifo would keep us waiting
    }
    try (FileChannel channel =
            FileChannel.open(lock, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        FileLock taken = channel.tryLock()) {
      return taken != null;
    } catch (IOException | OverlappingFileLockException e) {
      return false; // somebody else's, or of this very process
    }
  }

  /**
   * The helper's process to be. It has nothing of this one's environment, which holds secrets, but
   * the path by which an interpreter that is started by its name finds itself.
   */
  ProcessBuilder process(String python, String... arguments) {
    ProcessBuilder builder = new ProcessBuilder(command(python, arguments));
    builder.environment().keySet().retainAll(Set.of("PATH"));
    return builder;
  }

  private String[] command(String python, String... arguments) {
    String[] command = new String[arguments.length + 5];
    command[0] = python;
    command[1] = "-I";
    command[2] = "-S";
    command[3] = "-B";
    command[4] = folder.resolve(PACKAGE).toString();
    System.arraycopy(arguments, 0, command, 5, arguments.length);
    return command;
  }

  @Override
  public void close() throws IOException {
    lock.close();
    FileSystemUtils.deleteRecursively(folder);
  }
}
