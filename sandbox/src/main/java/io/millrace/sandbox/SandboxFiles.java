package io.millrace.sandbox;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

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
    for (String name : names()) {
      try (InputStream in = resource(name).openStream()) {
        Files.copy(in, target.resolve(name));
      }
    }
    return new SandboxFiles(folder, lock);
  }

  /** The package's files, wherever the classes are: in a folder, a jar, or a jar within a jar. */
  private static List<String> names() throws IOException {
    URL first = resource("__init__.py");
    if (first.openConnection() instanceof JarURLConnection connection) {
      JarFile jar = connection.getJarFile(); // shared by the JVM, which closes it
      return jar.stream()
          .map(ZipEntry::getName)
          .filter(name -> name.startsWith(PACKAGE + "/") && !name.endsWith("/"))
          .map(name -> name.substring(PACKAGE.length() + 1))
          .toList();
    }
    try (Stream<Path> found =
        Files.list(Path.of(URI.create(first.toString())).resolveSibling(""))) {
      return found.filter(Files::isRegularFile).map(file -> file.getFileName().toString()).toList();
    }
  }

  static URL resource(String name) throws FileNotFoundException {
    URL found = SandboxFiles.class.getResource("/" + PACKAGE + "/" + name);
    if (found == null) {
      throw new FileNotFoundException("the sandbox's jar lacks " + PACKAGE + "/" + name);
    }
    return found;
  }

  private static void sweep(Path parent) throws IOException {
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(parent, PREFIX + "*")) {
      for (Path folder : folders) {
        if (isOfADeadWorker(folder)) {
          delete(folder);
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
    delete(folder);
  }

  /** With all that is in it, and no link followed. */
  private static void delete(Path folder) throws IOException {
    List<Path> found;
    try (Stream<Path> below = Files.walk(folder)) {
      found = below.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path each : found) {
      Files.deleteIfExists(each);
    }
  }
}
