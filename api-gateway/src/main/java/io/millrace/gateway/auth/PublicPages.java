package io.millrace.gateway.auth;

import java.util.Set;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.reactive.ServerHttpRequest;

/**
 * What a browser may load without a key: the console and the documentation, which hold no data. The
 * raw path is compared, so that no other way to write a path can slip past.
 */
final class PublicPages {

  private static final Set<String> PATHS =
      Set.of("/", "/index.html", "/favicon.ico", "/favicon.svg", "/docs", "/openapi.json");
  private static final String ASSETS = "/assets/";

  private PublicPages() {}

  static boolean contain(ServerHttpRequest request) {
    if (request.getMethod() != HttpMethod.GET && request.getMethod() != HttpMethod.HEAD) {
      return false;
    }
    String path = request.getURI().getRawPath();
    return PATHS.contains(path) || (path.startsWith(ASSETS) && isPlain(path));
  }

  private static boolean isPlain(String path) {
    return path.indexOf('%') < 0 && path.indexOf(';') < 0 && !path.contains("..");
  }
}
