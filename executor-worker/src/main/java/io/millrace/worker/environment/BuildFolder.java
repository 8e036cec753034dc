package io.millrace.worker.environment;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.FileSystemUtils;

/**
 * Where one set of packages is built. The folder's name says by which process, so that those of
 * processes that were killed are told from those of the living.
 */
final class BuildFolder implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(BuildFolder.class);

  private static final String PREFIX = "millrace-build-";

  /** Its process by number and start: in a container each one's number may be 1. */
  private static final Pattern NAME =
      Pattern.compile(PREFIX + "(?<process>\\d+)-(?<started>\\d+)-.+");

  /** In proc_pid_stat(5): the start is field 22, and the second may have anything between ( ). */
  private static final int STARTED_AFTER_NAME = 19;

  private final Path path;

  private BuildFolder(Path path) {
    this.path = path;
  }

  /** Makes a new one in {@code parent}. */
  static BuildFolder make(Path parent) throws IOException {
    long self = ProcessHandle.current().pid();
    String started =
        started(self).orElseThrow(() -> new IOException("/proc does not show this process"));
    return new BuildFolder(Files.createTempDirectory(parent, PREFIX + self + "-" + started + "-"));
  }

  /** Removes those of processes that are no more. */
  static void sweep(Path parent) {
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(parent, PREFIX + "*")) {
      for (Path folder : folders) {
        Matcher name = NAME.matcher(String.valueOf(folder.getFileName()));
        if (name.matches() && !lives(name.group("process"), name.group("started"))) {
          FileSystemUtils.deleteRecursively(folder);
        }
      }
    } catch (IOException e) {
      log.warn("What builders that died left in {} stays there: {}", parent, e.getMessage());
    }
  }

  private static boolean lives(String process, String started) {
    return started(Long.parseLong(process)).filter(started::equals).isPresent();
  }

  /** In ticks since the machine's start, which no other process of that number has. */
  private static Optional<String> started(long process) {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(process), "stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      return Optional.of(fields[STARTED_AFTER_NAME]);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  Path path() {
    return path;
  }

  @Override
  public void close() throws IOException {
    FileSystemUtils.deleteRecursively(path);
  }
}
