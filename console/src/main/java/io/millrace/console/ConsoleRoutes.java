package io.millrace.console;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.web.reactive.function.server.HandlerFunction;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** Serves the console's files. A server imports it. */
@Configuration(proxyBeanMethods = false)
public class ConsoleRoutes {

  @Bean
  RouterFunction<ServerResponse> console() {
    ConsoleFiles files = ConsoleFiles.load();
    Map<ConsoleFile, String> policies = new HashMap<>();
    files.all().values().stream()
        .filter(ConsoleFile::isPage)
        .forEach(page -> policies.put(page, ContentSecurityPolicy.of(page)));
    return request ->
        Mono.justOrEmpty(files.find(request.uri().getRawPath(), request.method().name()))
            .map(file -> handler(file, policies.getOrDefault(file, "default-src 'none'")));
  }

  private static HandlerFunction<ServerResponse> handler(ConsoleFile file, String policy) {
    return request -> {
      // Before either answer: a browser takes what a 304 says in place of what it has stored.
      describe(file, policy, request.exchange().getResponse().getHeaders());
      return request
          .checkNotModified(file.etag())
          .switchIfEmpty(Mono.defer(() -> send(file, request)));
    };
  }

  private static void describe(ConsoleFile file, String policy, HttpHeaders headers) {
    headers.setETag(file.etag());
    headers.setCacheControl(CacheControl.noCache());
    headers.set("Content-Security-Policy", policy);
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("Referrer-Policy", "no-referrer");
    headers.set("Cross-Origin-Opener-Policy", "same-origin");
    headers.set("Cross-Origin-Resource-Policy", "same-origin");
    headers.set(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING);
  }

  private static Mono<ServerResponse> send(ConsoleFile file, ServerRequest request) {
    boolean gzip = acceptsGzip(request.headers().header(HttpHeaders.ACCEPT_ENCODING));
    ServerResponse.BodyBuilder answer = ServerResponse.ok().contentType(file.type());
    return gzip
        ? answer.header(HttpHeaders.CONTENT_ENCODING, "gzip").bodyValue(file.gzipped())
        : answer.bodyValue(file.plain());
  }

  private static boolean acceptsGzip(List<String> codings) {
    return codings.stream()
        .flatMap(line -> List.of(line.split(",")).stream())
        .map(String::strip)
        .anyMatch(coding -> coding.equals("gzip") || coding.startsWith("gzip;q=1"));
  }
}
