package io.millrace.console;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.springframework.core.io.Resource;
import org.springframework.http.MediaType;

/**
 * One file, ready to be sent.
 *
 * @param plain the content
 * @param gzipped the content, compressed once at the start
 * @param etag the quoted tag of this content
 */
record ConsoleFile(MediaType type, byte[] plain, byte[] gzipped, String etag) {

  private static final Map<String, MediaType> TYPES =
      Map.of(
          "html", MediaType.parseMediaType("text/html;charset=UTF-8"),
          "js", MediaType.parseMediaType("text/javascript;charset=UTF-8"),
          "css", MediaType.parseMediaType("text/css;charset=UTF-8"),
          "svg", MediaType.parseMediaType("image/svg+xml"));

  static ConsoleFile read(Resource resource) {
    try {
      byte[] content = resource.getContentAsByteArray();
      return new ConsoleFile(type(resource), content, gzip(content), etag(content));
    } catch (IOException e) {
      throw new UncheckedIOException("a file of the console is missing: " + resource, e);
    }
  }

  boolean isPage() {
    return type.getSubtype().equals("html");
  }

  private static MediaType type(Resource resource) {
    String name = String.valueOf(resource.getFilename());
    MediaType type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
    if (type == null) {
      throw new IllegalStateException("no media type for " + name);
    }
    return type;
  }

  private static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(content);
    }
    return bytes.toByteArray();
  }

  private static String etag(byte[] content) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
      return '"' + HexFormat.of().formatHex(digest, 0, 16) + '"';
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
