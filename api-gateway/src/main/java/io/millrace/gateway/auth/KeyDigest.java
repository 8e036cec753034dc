package io.millrace.gateway.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The SHA-256 of a key: all that is kept of it. */
record KeyDigest(byte[] bytes) {

  static final int LENGTH = 32;

  static KeyDigest ofKey(String key) {
    try {
      return new KeyDigest(
          MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Reads 64 hexadecimal digits; throws {@link IllegalArgumentException} for anything else. */
  static KeyDigest ofHex(String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    if (bytes.length != LENGTH) {
      throw new IllegalArgumentException("not a SHA-256");
    }
    return new KeyDigest(bytes);
  }

  /** Takes the same time whether or not, and wherever, the two differ. */
  boolean matches(KeyDigest other) {
    return MessageDigest.isEqual(bytes, other.bytes);
  }

  /** Tells unnamed keys apart. */
  String fingerprint() {
    return HexFormat.of().formatHex(bytes, 0, 4);
  }

  @Override
  public String toString() {
    return "KeyDigest[...]";
  }
}
