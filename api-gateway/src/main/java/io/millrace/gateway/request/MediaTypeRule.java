package io.millrace.gateway.request;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.springframework.http.HttpHeaders;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;

/** One media type, {@code application/json} in UTF-8, and no content coding. */
final class MediaTypeRule {

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
