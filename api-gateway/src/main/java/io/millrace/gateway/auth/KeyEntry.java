package io.millrace.gateway.auth;

import io.millrace.gateway.GatewaySettings.KeyLimits;
import io.millrace.outbound.AllowList;
import io.millrace.packages.PackagePolicy;
import io.millrace.store.AdmissionGate.OwnerLimits;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.util.unit.DataSize;

/**
 * One key as it is configured: {@code [NAME:]KEY [queued=N] [running=N] [rate=N] [stored=SIZE]
 * [bytes=SIZE] [files=SIZE] [network=HOST;HOST] [packages=NAME;NAME]}, where KEY is the key itself
 * or {@code sha256:} and its digest in hexadecimal, and SIZE is a number of bytes or has a unit
 * (KB, MB, GB). The name ends at the first colon; a key that has a colon itself needs a name before
 * it. A key without a name is named after its digest. A key's hosts take the place of {@code
 * millrace.network.allow}; its packages, which may be {@code off} or {@code any}, narrow {@code
 * millrace.packages}. A name that comes twice is one owner with two keys, as in a rotation.
 */
record KeyEntry(KeyDigest digest, Caller caller) {

  private static final String NETWORK = "network";
  private static final String DIGEST_MARK = "sha256:";
  private static final String PACKAGES = "packages";
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");
  private static final Pattern KEY = Pattern.compile("[!-~]{1,1024}");
  private static final Pattern LIST_AT_END =
      Pattern.compile(".*\\s(" + NETWORK + "|" + PACKAGES + ")=\\S+\\s*");

  /** A name and a key, or a digest; not a host and its port. */
  private static final Pattern NO_PART_OF_A_LIST =
      Pattern.compile("\\s*" + NAME + ":(?![0-9]{1,5}(\\s|$))\\S.*");

  /**
   * Reads an entry.
   *
   * @throws IllegalArgumentException with a message that does not hold the key
   */
  static KeyEntry parse(String text, KeyLimits defaults) {
    String[] words = text.trim().split("\\s+");
    String named = words[0];
    int colon = named.startsWith(DIGEST_MARK) ? -1 : named.indexOf(':');
    String name = colon < 0 ? "" : named.substring(0, colon);
    if (colon >= 0 && !NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "a key's name must be 1 to 64 letters, digits, dots, dashes or underscores");
    }
    KeyDigest digest = digest(named.substring(colon + 1));
    String owner = name.isEmpty() ? "key-" + digest.fingerprint() : name;
    Caller caller = new Caller(owner, limits(words, defaults), network(words), packages(words));
    return new KeyEntry(digest, caller);
  }

  /** Whether a comma between these two may have been meant to go on with a list of the first. */
  static boolean isListOverComma(String text, String next) {
    return LIST_AT_END.matcher(text).matches() && !NO_PART_OF_A_LIST.matcher(next).matches();
  }

  private static KeyDigest digest(String key) {
    if (key.startsWith(DIGEST_MARK)) {
      try {
        return KeyDigest.ofHex(key.substring(DIGEST_MARK.length()));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("sha256: must be followed by 64 hexadecimal digits", e);
      }
    }
    if (!KEY.matcher(key).matches()) {
      throw new IllegalArgumentException("a key must be 1 to 1024 visible ASCII characters");
    }
    return KeyDigest.ofKey(key);
  }

  private static OwnerLimits limits(String[] words, KeyLimits defaults) {
    int queued = defaults.queued();
    int running = defaults.running();
    int rate = defaults.rate();
    long stored = defaults.stored().toBytes();
    long bytes = defaults.bytes().toBytes();
    long files = defaults.files().toBytes();
    for (int i = 1; i < words.length; i++) {
      int equals = words[i].indexOf('=');
      String limit = words[i].substring(0, Math.max(equals, 0));
      String value = words[i].substring(equals + 1);
      switch (limit) {
        case "queued" -> queued = number(value);
        case "running" -> running = number(value);
        case "rate" -> rate = number(value);
        case "stored" -> stored = size(value);
        case "bytes" -> bytes = size(value);
        case "files" -> files = size(value);
        case NETWORK, PACKAGES -> {}
        default ->
            throw new IllegalArgumentException(
                "after a key only queued=N, running=N, rate=N, stored=SIZE, bytes=SIZE,"
                    + " files=SIZE, network=HOST;HOST and packages=NAME;NAME are known");
      }
    }
    return new OwnerLimits(queued, running, rate, stored, bytes, files);
  }

  /** The hosts of its {@code network=}, which may be empty; null where it has none. */
  private static @Nullable AllowList network(String[] words) {
    AllowList network = null;
    for (String word : words) {
      if (word.startsWith(NETWORK + "=")) {
        String hosts = word.substring(NETWORK.length() + 1);
        network = allowList(List.of(hosts.split(";")));
      }
    }
    return network;
  }

  private static AllowList allowList(List<String> hosts) {
    try {
      return AllowList.parse(hosts);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "network= is followed by hosts with ; between them: " + e.getMessage(), e);
    }
  }

  private static PackagePolicy packages(String[] words) {
    PackagePolicy policy = PackagePolicy.ANY;
    for (String word : words) {
      if (word.startsWith(PACKAGES + "=")) {
        policy = packages(word.substring(PACKAGES.length() + 1));
      }
    }
    return policy;
  }

  private static PackagePolicy packages(String names) {
    try {
      return PackagePolicy.parse(names, ';');
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("a key's packages= " + e.getMessage(), e);
    }
  }

  private static long size(String text) {
    try {
      long bytes = DataSize.parse(text).toBytes();
      if (bytes >= 0) {
        return bytes;
      }
    } catch (IllegalArgumentException | ArithmeticException e) {
      // Said below, as of a negative one.
    }
    throw new IllegalArgumentException(
        "a key's limits in bytes are stored=SIZE, bytes=SIZE and files=SIZE with SIZE as 500KB,"
            + " 100MB or 2GB");
  }

  private static int number(String digits) {
    try {
      return Integer.parseUnsignedInt(digits);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "a key's limits are queued=N, running=N and rate=N with N a whole number", e);
    }
  }
}
