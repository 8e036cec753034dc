package io.millrace.standalone.testing.receiver;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;

/** A request as a receiver read it; header names in lower case. */
public record Received(
    String method, String target, Map<String, String> headers, byte[] body, long nanoTime) {

  /** A header that must be there. */
  public String header(String name) {
    return Objects.requireNonNull(headers.get(name), name);
  }

  /** The body as text. */
  public String text() {
    return new String(body, StandardCharsets.UTF_8);
  }
}
