package io.millrace.gateway.auth;

import io.millrace.gateway.GatewaySettings.KeyLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The keys that are live now. Thread-safe: readers see either all of the old or all of the new
 * keys.
 *
 * <p>By value ({@code MILLRACE_API_KEYS}) entries are separated by commas; in a file ({@code
 * MILLRACE_API_KEYS_FILE}) each has its line, and {@code #} begins a comment line. An entry is
 * {@code [NAME:]KEY [queued=N] [running=N] [rate=N]} and more: see {@link KeyEntry}.
 */
public final class ApiKeys {

  private volatile List<KeyEntry> entries;

  ApiKeys(List<KeyEntry> entries) {
    this.entries = entries;
  }

  /** Whose key this is. Looks at every entry, in the same time for every key of that length. */
  Optional<Caller> find(String key) {
    KeyDigest digest = KeyDigest.ofKey(key);
    Caller found = null;
    for (KeyEntry entry : entries) {
      if (entry.digest().matches(digest)) {
        found = entry.caller();
      }
    }
    return Optional.ofNullable(found);
  }

  void replace(List<KeyEntry> others) {
    entries = others;
  }

  int size() {
    return entries.size();
  }

  /** The entries of a comma-separated list. */
  static List<KeyEntry> parseList(String list, KeyLimits defaults) {
    return parse(list.split(","), "millrace.api-keys (MILLRACE_API_KEYS)", "entry", defaults);
  }

  /** The entries of a file's lines. */
  static List<KeyEntry> parseFile(String content, KeyLimits defaults) {
    return parse(
        content.split("\\R"), "millrace.api-keys-file (MILLRACE_API_KEYS_FILE)", "line", defaults);
  }

  private static List<KeyEntry> parse(
      String[] texts, String property, String unit, KeyLimits defaults) {
    List<KeyEntry> parsed = new ArrayList<>();
    for (int i = 0; i < texts.length; i++) {
      if (texts[i].isBlank() || texts[i].stripLeading().startsWith("#")) {
        continue;
      }
      try {
        parsed.add(KeyEntry.parse(texts[i], defaults));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            property + ", " + unit + " " + (i + 1) + ": " + e.getMessage(), e);
      }
    }
    return List.copyOf(parsed);
  }
}
