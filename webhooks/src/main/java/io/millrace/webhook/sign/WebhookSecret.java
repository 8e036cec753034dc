package io.millrace.webhook.sign;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** One signing secret: {@code whsec_} and the base64 of its bytes. Its text form hides it. */
public final class WebhookSecret {

  /** Bytes that Standard Webhooks asks for, at least. */
  public static final int RECOMMENDED_BYTES = 24;

  private static final String PREFIX = "whsec_";
  private static final String ALGORITHM = "HmacSHA256";

  private final SecretKeySpec key;

  private WebhookSecret(byte[] key) {
    this.key = new SecretKeySpec(key, ALGORITHM);
  }

  /**
   * Reads any number of secrets, separated by spaces or commas; every one of them signs.
   *
   * @param property the setting they come from, for the message
   * @throws IllegalArgumentException when one is not {@code whsec_} and base64; never repeats it
   */
  public static List<WebhookSecret> parseAll(String texts, String property) {
    return Arrays.stream(texts.split("[\\s,]+"))
        .filter(text -> !text.isEmpty())
        .map(text -> parse(text, property))
        .toList();
  }

  private static WebhookSecret parse(String text, String property) {
    String encoded = text.startsWith(PREFIX) ? text.substring(PREFIX.length()) : "";
    byte[] key = decode(encoded);
    if (key.length == 0) {
      throw new IllegalArgumentException(
          property + " must be whsec_ followed by the base64 of the secret's bytes");
    }
    return new WebhookSecret(key);
  }

  private static byte[] decode(String encoded) {
    try {
      return Base64.getDecoder().decode(encoded);
    } catch (IllegalArgumentException e) {
      return new byte[0];
    }
  }

  /** Whether the secret has the length that Standard Webhooks asks for. */
  public boolean isLongEnough() {
    return key.getEncoded().length >= RECOMMENDED_BYTES;
  }

  String sign(String prefix, byte[] body) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      mac.update(prefix.getBytes(StandardCharsets.UTF_8));
      return Base64.getEncoder().encodeToString(mac.doFinal(body));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has " + ALGORITHM, e);
    }
  }

  @Override
  public String toString() {
    return PREFIX + "***";
  }
}
