package io.millrace.worker.sandbox;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.util.FileSystemUtils;

/** The helper's Python files, unpacked from the jar into a folder of their own until closed. */
public final class SandboxFiles implements AutoCloseable {

  private static final String PACKAGE = "millrace_sandbox";

  private final Path folder;

  private SandboxFiles(Path folder) {
    this.folder = folder;
  }

  /** Unpacks the files below the system's temporary folder. */
  public static SandboxFiles unpack() throws IOException {
    Path folder =
        Files.createTempDirectory(
            "millrace-sandbox-",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    Path target = Files.createDirectory(folder.resolve(PACKAGE));
    PathMatchingResourcePatternResolver resources = new PathMatchingResourcePatternResolver();
    for (Resource resource : resources.getResources("classpath*:" + PACKAGE + "/*.*")) {
      try (InputStream in = resource.getInputStream()) {
        Files.copy(in, target.resolve(String.valueOf(resource.getFilename())));
      }
    }
    return new SandboxFiles(folder);
  }

  /** The command line of the helper, with {@code arguments} behind it. */
  String[] command(String python, String... arguments) {
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
    FileSystemUtils.deleteRecursively(folder);
  }
}
