package io.millrace.files;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256, in lower-case hexadecimal. Not thread-safe. */
public final class Digest {

  private final MessageDigest sha256;

  public Digest() {
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

  /** The same content; what is read of it is added. */
  public InputStream over(InputStream content) {
    return new DigestInputStream(content, sha256);
  }

  /** Of all that was added. */
  public String end() {
    return HexFormat.of().formatHex(sha256.digest());
  }
}
