package io.millrace.gateway.support;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One HTTP/1.1 answer, read by its Content-Length. Header names are in lower case. */
public record RawResponse(int status, Map<String, String> headers, byte[] body) {

  private static final byte[] END_OF_HEAD = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  /** The whole answers at the beginning of these bytes; interim ones (1xx) are passed over. */
  static List<RawResponse> parse(byte[] bytes) {
    List<RawResponse> found = new ArrayList<>();
    int at = 0;
    while (true) {
      int headEnd = indexOf(bytes, at);
      if (headEnd < 0) {
        return found;
      }
      String[] lines =
          new String(bytes, at, headEnd - at, StandardCharsets.ISO_8859_1).split("\r\n");
      int status = Integer.parseInt(lines[0].split(" ")[1]);
      Map<String, String> headers = new TreeMap<>();
      for (int i = 1; i < lines.length; i++) {
        int colon = lines[i].indexOf(':');
        headers.put(
            lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
            lines[i].substring(colon + 1).trim());
      }
      int bodyAt = headEnd + END_OF_HEAD.length;
      int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
      int bodyEnd = bodyAt + length;
      if (bodyEnd > bytes.length) {
        return found;
      }
      if (status >= 200) {
        found.add(new RawResponse(status, headers, Arrays.copyOfRange(bytes, bodyAt, bodyEnd)));
      }
      at = bodyEnd;
    }
  }

  /** The body as text. */
  public String text() {
    return new String(body, StandardCharsets.UTF_8);
  }

  /** A header's value, or null. */
  public @Nullable String header(String name) {
    return headers.get(name);
  }

  private static int indexOf(byte[] bytes, int from) {
    for (int i = from; i <= bytes.length - END_OF_HEAD.length; i++) {
      if (Arrays.equals(bytes, i, i + END_OF_HEAD.length, END_OF_HEAD, 0, END_OF_HEAD.length)) {
        return i;
      }
    }
    return -1;
  }
}
