package io.millrace.files;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256, in lower-case hexadecimal. */
final class Digest {

  private final MessageDigest sha256;

  Digest() {
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256", e);
    }
  }

  /** An owner's name as a part of a path, whatever it contains. */
  static String of(String owner) {
    Digest digest = new Digest();
    byte[] bytes = owner.getBytes(StandardCharsets.UTF_8);
    digest.add(bytes, bytes.length);
    return digest.end();
  }

  void add(byte[] bytes, int length) {
    sha256.update(bytes, 0, length);
  }

  String end() {
    return HexFormat.of().formatHex(sha256.digest());
  }
}
