package io.millrace.console;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a page of the console may do. Scripts and styles come from this server; the page's inline
 * import map is named by its digest, taken from the page itself, so that the two can't disagree.
 */
final class ContentSecurityPolicy {

  private static final Pattern INLINE =
      Pattern.compile("<script type=\"importmap\">(.*?)</script>", Pattern.DOTALL);

  private ContentSecurityPolicy() {}

  static String of(ConsoleFile page) {
    StringBuilder scripts = new StringBuilder("script-src 'self'");
    Matcher inline = INLINE.matcher(new String(page.plain(), StandardCharsets.UTF_8));
    while (inline.find()) {
      scripts.append(" 'sha256-").append(digest(inline.group(1))).append('\'');
    }
    return "default-src 'none'; "
        + scripts
        + "; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none';"
        + " form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script';"
        + " trusted-types 'none'";
  }

  private static String digest(String script) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(script.getBytes(StandardCharsets.UTF_8));
      return Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
