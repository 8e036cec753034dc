package io.millrace.worker.network;

import io.millrace.outbound.Destination;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The operator's own proxy.
 *
 * @param authorization the value of {@code Proxy-Authorization}; null where it asks for none
 */
record UpstreamProxy(Destination at, @Nullable String authorization) {

  private static final Pattern FORM =
      Pattern.compile("http://(?:(?<user>[^@/?#\\s]+)@)?(?<authority>[^@/?#\\s]+)/?");

  /**
   * Reads the setting; empty where there is none.
   *
   * @throws IllegalArgumentException with a sentence that does not repeat it: it may hold a
   *     password
   */
  static Optional<UpstreamProxy> parse(String setting) {
    if (setting.isBlank()) {
      return Optional.empty();
    }
    Matcher form = FORM.matcher(setting.strip());
    try {
      if (form.matches()) {
        Destination at = Destination.parse(form.group("authority"), 0);
        return Optional.of(new UpstreamProxy(at, authorization(form.group("user"))));
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw new IllegalArgumentException(
        "millrace.network.proxy must be http://HOST:PORT or http://USER:PASSWORD@HOST:PORT");
  }

  private static @Nullable String authorization(@Nullable String user) {
    if (user == null) {
      return null;
    }
    String plain = URLDecoder.decode(user.replace("+", "%2B"), StandardCharsets.UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(plain.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public String toString() {
    return at.toString();
  }
}
