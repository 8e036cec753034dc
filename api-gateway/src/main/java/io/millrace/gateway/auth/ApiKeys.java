package io.millrace.gateway.auth;

import io.millrace.gateway.GatewaySettings.KeyLimits;
import io.millrace.store.AdmissionGate.OwnerLimits;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The keys that are live now. Thread-safe: readers see either all of the old or all of the new
 * keys.
 *
 * <p>By value ({@code MILLRACE_API_KEYS}) entries are separated by commas; in a file ({@code
 * MILLRACE_API_KEYS_FILE}) each has its line, and {@code #} begins a comment line. An entry is
 * {@code [NAME:]KEY [queued=N] [running=N] [rate=N]} and more: see {@link KeyEntry}.
 */
public final class ApiKeys {

  private static final String BY_VALUE = "millrace.api-keys (MILLRACE_API_KEYS)";

  /** One of an owner who may have no reply kept, and so no job. */
  private static final Caller REHEARSAL =
      new Caller("rehearsal", new OwnerLimits(0, 0, 0, -1, 0), null);

  private static final int LENT_BYTES = 32;

  private volatile List<KeyEntry> entries;
  private volatile @Nullable KeyEntry lent;

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
    KeyEntry beside = lent;
    if (beside != null && beside.digest().matches(digest)) {
      found = beside.caller();
    }
    return Optional.ofNullable(found);
  }

  /**
   * A key that nobody else has, of an owner whose jobs are all refused; until it is {@link
   * #takeBack taken back}.
   */
  public String lend() {
    byte[] secret = new byte[LENT_BYTES];
    new SecureRandom().nextBytes(secret);
    String key = HexFormat.of().formatHex(secret);
    lent = new KeyEntry(KeyDigest.ofKey(key), REHEARSAL);
    return key;
  }

  /** The key that was lent is none from now on. */
  public void takeBack() {
    lent = null;
  }

  void replace(List<KeyEntry> others) {
    entries = others;
  }

  int size() {
    return entries.size();
  }

  /** The entries of a comma-separated list. */
  static List<KeyEntry> parseList(String list, KeyLimits defaults) {
    String[] entries = list.split(",");
    String before = "";
    for (int i = 0; i < entries.length; i++) {
      if (!entries[i].isBlank()) {
        checkComma(before, entries[i], i + 1);
        before = entries[i];
      }
    }
    return parse(entries, BY_VALUE, "entry", defaults);
  }

  private static void checkComma(String before, String entry, int number) {
    if (KeyEntry.isListOverComma(before, entry)) { // it would be a key that everybody can guess
      throw new IllegalArgumentException(
          BY_VALUE
              + ", entry "
              + number
              + ": a comma begins another key; write ; between the hosts of network= and the names of"
              + " packages=, as in network=a.example;b.example. If this is a key, write a name before"
              + " it: NAME:KEY");
    }
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
