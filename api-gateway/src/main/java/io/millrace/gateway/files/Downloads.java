package io.millrace.gateway.files;

import io.millrace.files.FileStore;
import io.millrace.files.StoredFile;
import io.millrace.gateway.auth.Caller;
import io.millrace.gateway.error.ApiError;
import io.millrace.gateway.error.ApiErrors;
import java.io.FileNotFoundException;
import java.nio.charset.StandardCharsets;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Gives out the bytes of a file, whole or a range of them, as something to save: no browser renders
 * them, whatever they are said to be.
 */
@RestController
public final class Downloads {

  private static final int PIECE = 64 * 1024;

  private final FileCalls files;
  private final ApiErrors errors;

  Downloads(FileCalls files, ApiErrors errors) {
    this.files = files;
    this.errors = errors;
  }

  /** Sends the bytes that the request asks for, or says why there are none. */
  @RequestMapping(
      path = "/v1/files/{fileId}",
      params = "!meta",
      method = {RequestMethod.GET, RequestMethod.HEAD})
  public Mono<Void> download(@PathVariable String fileId, ServerWebExchange exchange) {
    String owner = Caller.of(exchange).owner();
    FileStore store = files.store().orElse(null);
    if (store == null) {
      return errors.write(ApiError.noFileStore(), exchange);
    }
    return files
        .use(store, owner, fileId)
        .flatMap(
            found ->
                found.isPresent()
                    ? send(store, owner, found.get(), exchange)
                    : errors.write(notFound(), exchange));
  }

  static ApiError notFound() {
    return ApiError.notFound("No such file, or it was not used for so long that it is gone");
  }

  private Mono<Void> send(
      FileStore store, String owner, StoredFile file, ServerWebExchange exchange) {
    String etag = '"' + file.sha256() + '"';
    ServerHttpResponse response = exchange.getResponse();
    describe(file, response.getHeaders());
    if (exchange.checkNotModified(etag)) {
      return response.setComplete();
    }
    return ByteRange.of(exchange.getRequest().getHeaders(), file.size(), etag)
        .map(range -> send(store, owner, file, range, exchange))
        .orElseGet(() -> beyondTheEnd(file, response));
  }

  private Mono<Void> send(
      FileStore store, String owner, StoredFile file, ByteRange range, ServerWebExchange exchange) {
    ServerHttpResponse response = exchange.getResponse();
    response.setStatusCode(range.partial() ? HttpStatus.PARTIAL_CONTENT : HttpStatus.OK);
    response.getHeaders().setContentLength(range.length());
    if (range.partial()) {
      response
          .getHeaders()
          .set(
              HttpHeaders.CONTENT_RANGE,
              "bytes %d-%d/%d"
                  .formatted(range.from(), range.from() + range.length() - 1, file.size()));
    }
    if (exchange.getRequest().getMethod() == HttpMethod.HEAD) {
      return response.setComplete();
    }
    return response.writeWith(bytes(store, owner, file, range, response));
  }

  private Flux<DataBuffer> bytes(
      FileStore store,
      String owner,
      StoredFile file,
      ByteRange range,
      ServerHttpResponse response) {
    return DataBufferUtils.readInputStream(
            () ->
                store
                    .read(owner, file.fileId(), range.from(), range.length())
                    .orElseThrow(() -> new FileNotFoundException("The file is gone")),
            response.bufferFactory(),
            PIECE)
        .subscribeOn(files.movers());
  }

  private static void describe(StoredFile file, HttpHeaders head) {
    head.set(HttpHeaders.CONTENT_TYPE, file.mediaType());
    head.set(HttpHeaders.ACCEPT_RANGES, "bytes");
    head.setContentDisposition(
        ContentDisposition.attachment().filename(file.name(), StandardCharsets.UTF_8).build());
  }

  private static Mono<Void> beyondTheEnd(StoredFile file, ServerHttpResponse response) {
    response.setStatusCode(HttpStatus.REQUESTED_RANGE_NOT_SATISFIABLE);
    response.getHeaders().set(HttpHeaders.CONTENT_RANGE, "bytes */" + file.size());
    response.getHeaders().setContentLength(0);
    return response.setComplete();
  }
}
