package io.millrace.gateway.submit;

import io.millrace.gateway.error.ApiError;
import io.millrace.gateway.error.Checked;
import io.millrace.store.AdmissionGate.Idempotency;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads {@code Idempotency-Key}: at most one, 1 to 255 visible ASCII characters. */
final class IdempotencyKey {

  static final String HEADER = "Idempotency-Key";
  private static final Pattern KEY = Pattern.compile("[!-~]{1,255}");

  private IdempotencyKey() {}

  /** The key with the digest of the body it stands for; empty when there is none. */
  static Checked<Optional<Idempotency>> read(List<String> fields, byte[] body) {
    if (fields.isEmpty()) {
      return Checked.passed(Optional.empty());
    }
    if (fields.size() > 1 || !KEY.matcher(fields.get(0)).matches()) {
      return Checked.refused(
          ApiError.invalid("Idempotency-Key must be one key of 1 to 255 visible characters"));
    }
    return Checked.passed(Optional.of(new Idempotency(fields.get(0), digest(body))));
  }

  private static String digest(byte[] body) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
