package io.millrace.gateway.request;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.springframework.http.HttpHeaders;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;

/** One media type, {@code application/json} in UTF-8, and no content coding. */
final class MediaTypeRule {

  /** Said twice, it means one thing to some and another to others. */
  private static final Pattern CHARSET = Pattern.compile("(?i);\\s*charset\\s*=");

  private MediaTypeRule() {}

  /** Why the head announces no body that can be read; empty when it does. */
  static Optional<String> flaw(HttpHeaders head) {
    List<String> types = head.getOrEmpty(HttpHeaders.CONTENT_TYPE);
    if (types.size() != 1 || !isJson(types.get(0))) {
      return Optional.of("Content-Type must be application/json, in UTF-8");
    }
    boolean coded =
        head.getOrEmpty(HttpHeaders.CONTENT_ENCODING).stream()
            .anyMatch(coding -> !coding.trim().equalsIgnoreCase("identity"));
    return coded ? Optional.of("The body must have no content coding") : Optional.empty();
  }

  private static boolean isJson(String type) {
    if (CHARSET.matcher(type).results().count() > 1) {
      return false;
    }
    try {
      MediaType parsed = MediaType.parseMediaType(type);
      Charset charset = parsed.getCharset();
      return parsed.equalsTypeAndSubtype(MediaType.APPLICATION_JSON)
          && (charset == null || charset.equals(StandardCharsets.UTF_8));
    } catch (InvalidMediaTypeException e) {
      return false;
    }
  }
}
