package io.millrace.standalone;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;

/** The statically linked Redis server that the class path carries for this machine. */
final class RedisBinary {
  private static final String NAME = "redis-server-7.0.15";

  private RedisBinary() {}

  /** Puts the binary into the folder, unless it is there, and returns where it is. */
  static Path extractTo(Path dir) throws IOException {
    String resource = "/" + NAME + "-" + platform();
    try (InputStream in = RedisBinary.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new FileNotFoundException("There is no embedded Redis for " + platform());
      }
      byte[] binary = in.readAllBytes();
      Path target = dir.resolve(NAME);
      if (!Files.isExecutable(target) || Files.size(target) != binary.length) {
        write(binary, target);
      }
      return target;
    }
  }

  /** By way of a file beside it: whoever sees the target sees all of it. */
  private static void write(byte[] binary, Path target) throws IOException {
    Path part =
        Files.createTempFile(
            target.getParent(),
            NAME,
            ".part",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr--r--")));
    Files.write(part, binary);
    Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
  }

  private static String platform() {
    String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String arch = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    return (os.startsWith("mac") ? "darwin" : os)
        + "-"
        + switch (arch) {
          case "x86_64" -> "amd64";
          case "aarch64" -> "arm64";
          default -> arch;
        };
  }
}
