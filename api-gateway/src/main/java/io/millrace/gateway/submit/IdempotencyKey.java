package io.millrace.gateway.submit;

import io.millrace.gateway.error.ApiError;
import io.millrace.gateway.error.Checked;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A request's {@code Idempotency-Key}.
 *
 * @param value 1 to 255 visible ASCII characters; null when the request has none
 * @param bodyDigest what tells the request's body from another; null without a key
 */
record IdempotencyKey(@Nullable String value, @Nullable String bodyDigest) {

  static final String HEADER = "Idempotency-Key";
  private static final Pattern KEY = Pattern.compile("[!-~]{1,255}");

  /** Reads the header's fields: at most one. */
  static Checked<IdempotencyKey> read(List<String> fields, byte[] body) {
    if (fields.isEmpty()) {
      return Checked.passed(new IdempotencyKey(null, null));
    }
    if (fields.size() > 1 || !KEY.matcher(fields.get(0)).matches()) {
      return Checked.refused(
          ApiError.invalid("Idempotency-Key must be one key of 1 to 255 visible characters"));
    }
    return Checked.passed(new IdempotencyKey(fields.get(0), digest(body)));
  }

  private static String digest(byte[] body) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
