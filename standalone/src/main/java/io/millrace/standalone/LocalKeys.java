package io.millrace.standalone;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/** The keys that open the gateway: those that were set, or one that is made once and kept. */
final class LocalKeys {
  static final String SETTING = "MILLRACE_API_KEYS";

  private static final String DIGEST = "sha256:";
  private static final int KEY_BYTES = 24;

  private LocalKeys() {}

  /** Comma-separated, as the gateway takes them. */
  static String of(Map<String, String> environment, Path dataDir) throws IOException {
    String given = environment.getOrDefault(SETTING, "");
    return given.isBlank() ? kept(dataDir.resolve("api-key")) : given;
  }

  /** What the first of them is sent as; empty where only its digest is known. */
  static Optional<String> usable(String apiKeys) {
    String entry = apiKeys.split(",", 2)[0].strip().split("\\s+", 2)[0];
    return Optional.of(entry.startsWith(DIGEST) ? entry : entry.substring(entry.indexOf(':') + 1))
        .filter(key -> !key.startsWith(DIGEST));
  }

  /** The same keys and one more, whose jobs are not among those of the others. */
  static String with(String key, String apiKeys) {
    return apiKeys + ",first-jobs:" + key;
  }

  private static String kept(Path file) throws IOException {
    if (!Files.exists(file)) {
      write(fresh(), file);
    }
    return Files.readString(file).strip();
  }

  /** One that nobody can guess. */
  static String fresh() {
    byte[] bytes = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** Readable by its owner alone from its first byte, and never there by half. */
  private static void write(String key, Path file) throws IOException {
    Path part =
        Files.createTempFile(
            Files.createDirectories(file.toAbsolutePath().getParent()),
            "api-key",
            ".part",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(part, key + "\n");
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
