package io.millrace.gateway.files;

import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.springframework.core.ResolvableType;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.codec.multipart.FilePartEvent;
import org.springframework.http.codec.multipart.PartEvent;
import org.springframework.http.codec.multipart.PartEventHttpMessageReader;
import org.springframework.http.server.reactive.ServerHttpRequest;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Finds the file in an upload: the part {@code file} of {@code multipart/form-data}, as {@code curl
 * -F} sends it, or the whole body with its name in the query. Thread-safe.
 */
final class IncomingFiles {

  private static final String PART = "file";
  private static final int MOST_PARTS = 16;
  private static final int LONGEST_PART_HEAD = 16 * 1024;

  /** What may stand around the bytes of a file: heads of parts, boundaries, other fields. */
  static final int FORM_BYTES = 64 * 1024;

  private final PartEventHttpMessageReader parts = new PartEventHttpMessageReader();

  IncomingFiles() {
    parts.setMaxHeadersSize(LONGEST_PART_HEAD);
    parts.setMaxParts(MOST_PARTS);
    parts.setMaxInMemorySize(FORM_BYTES);
  }

  /** Whether the body is a form, by its head. */
  static boolean isForm(HttpHeaders head) {
    return mediaType(head).toLowerCase(java.util.Locale.ROOT).startsWith("multipart/");
  }

  /** Hands the file to {@code use} when its first bytes are there; empty where there is none. */
  <R> Mono<R> read(ServerHttpRequest request, String name, Function<IncomingFile, Mono<R>> use) {
    HttpHeaders head = request.getHeaders();
    return isForm(head)
        ? fromForm(request, use)
        : use.apply(new IncomingFile(name, mediaType(head), request.getBody()));
  }

  /** Other fields are passed over, and so is whatever comes behind the file. */
  private <R> Mono<R> fromForm(ServerHttpRequest request, Function<IncomingFile, Mono<R>> use) {
    return Flux.defer(
            () -> {
              AtomicBoolean found = new AtomicBoolean();
              return parts
                  .read(ResolvableType.forClass(PartEvent.class), request, Map.of())
                  .windowUntil(PartEvent::isLast)
                  .concatMap(
                      part ->
                          part.switchOnFirst(
                              (first, events) ->
                                  first.get() instanceof FilePartEvent file
                                          && file.name().equals(PART)
                                          && found.compareAndSet(false, true)
                                      ? use.apply(incoming(file, events))
                                      : passedOver(events)));
            })
        .reduce((first, nothing) -> first);
  }

  private static IncomingFile incoming(FilePartEvent file, Flux<PartEvent> events) {
    return new IncomingFile(
        file.filename(), mediaType(file.headers()), events.map(PartEvent::content));
  }

  private static <R> Flux<R> passedOver(Flux<PartEvent> events) {
    return events
        .doOnNext(event -> DataBufferUtils.release(event.content()))
        .thenMany(Flux.empty());
  }

  private static String mediaType(HttpHeaders head) {
    String given = head.getFirst(HttpHeaders.CONTENT_TYPE);
    return given == null ? MediaType.APPLICATION_OCTET_STREAM_VALUE : given;
  }
}
