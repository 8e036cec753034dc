package io.millrace.gateway.auth;

import io.millrace.gateway.GatewaySettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the keys come from: the property, and a file that is read again whenever its content has
 * changed. Contents are compared, not times, since a mounted Secret is exchanged by moving a link.
 */
final class ApiKeyFile {

  private static final Logger log = LoggerFactory.getLogger(ApiKeyFile.class);

  private final GatewaySettings settings;
  private final @Nullable Path file;
  private final ApiKeys keys;
  private String content;
  private @Nullable String complaint;

  /** Reads the keys; throws {@link IllegalStateException} that names the property when none is. */
  ApiKeyFile(GatewaySettings settings) {
    this.settings = settings;
    this.file = settings.apiKeysFile();
    this.content = file == null ? "" : read(file);
    this.keys = new ApiKeys(entries(content));
  }

  ApiKeys keys() {
    return keys;
  }

  /** Looks at the file once. Keeps the keys it has when the new ones cannot be read. */
  void reload() {
    if (file == null) {
      return;
    }
    try {
      String now = read(file);
      if (!now.equals(content)) {
        keys.replace(entries(now));
        content = now;
        log.info("{} has changed; {} keys are live from now on", file, keys.size());
      }
      complaint = null;
    } catch (UncheckedIOException | IllegalArgumentException | IllegalStateException e) {
      if (!String.valueOf(e.getMessage()).equals(complaint)) {
        log.error("The keys stay as they were, and the file is tried again: {}", e.getMessage());
      }
      complaint = String.valueOf(e.getMessage());
    }
  }

  private List<KeyEntry> entries(String fileContent) {
    List<KeyEntry> entries = new ArrayList<>();
    entries.addAll(ApiKeys.parseList(settings.apiKeys(), settings.gateway().keyLimits()));
    entries.addAll(ApiKeys.parseFile(fileContent, settings.gateway().keyLimits()));
    if (entries.isEmpty()) {
      throw new IllegalStateException(
          "No API key: set millrace.api-keys (MILLRACE_API_KEYS) or millrace.api-keys-file"
              + " (MILLRACE_API_KEYS_FILE)");
    }
    return List.copyOf(entries);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "millrace.api-keys-file (MILLRACE_API_KEYS_FILE) " + file + " cannot be read", e);
    }
  }
}
