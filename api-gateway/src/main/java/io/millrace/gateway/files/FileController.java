package io.millrace.gateway.files;

import io.millrace.files.FileSettings;
import io.millrace.files.FileStore;
import io.millrace.files.StoredFile;
import io.millrace.gateway.auth.Caller;
import io.millrace.gateway.error.ApiError;
import io.millrace.gateway.error.ApiErrors;
import java.time.Duration;
import java.util.function.Function;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** A key's files: taken in, told of, deleted. {@link Downloads} gives out their bytes. */
@RestController
@RequestMapping("/v1/files")
final class FileController {

  private static final int MOST = 100;

  private final FileCalls files;
  private final KeptFiles kept;
  private final ApiErrors errors;
  private final Duration ttl;

  FileController(FileCalls files, KeptFiles kept, ApiErrors errors, FileSettings settings) {
    this.files = files;
    this.kept = kept;
    this.errors = errors;
    this.ttl = settings.ttl();
  }

  @PostMapping
  Mono<ResponseEntity<byte[]>> upload(
      @RequestParam(name = "name", defaultValue = "") String name, ServerWebExchange exchange) {
    return kept.take(name, exchange).map(taken -> taken.fold(this::created, errors::answer));
  }

  @GetMapping
  Mono<ResponseEntity<byte[]>> list(
      @RequestParam(name = "limit", defaultValue = "50") String limit,
      @RequestParam(name = "cursor", defaultValue = "") String cursor,
      ServerWebExchange exchange) {
    if (!limit.matches("[1-9]\\d?|" + MOST)) {
      return Mono.just(
          errors.answer(ApiError.invalid("limit must be a whole number from 1 to " + MOST)));
    }
    String owner = Caller.of(exchange).owner();
    String after = cursor.isEmpty() ? null : cursor;
    return withStore(
        store ->
            files
                .run(() -> store.list(owner, after, Integer.parseInt(limit)))
                .map(page -> json(HttpStatus.OK, FileView.of(page, ttl))));
  }

  @GetMapping(path = "/{fileId}", params = "meta")
  Mono<ResponseEntity<byte[]>> about(@PathVariable String fileId, ServerWebExchange exchange) {
    String owner = Caller.of(exchange).owner();
    return withStore(
        store ->
            files
                .run(() -> store.find(owner, fileId))
                .map(
                    found ->
                        found
                            .map(file -> json(HttpStatus.OK, FileView.of(file, ttl)))
                            .orElseGet(() -> errors.answer(Downloads.notFound()))));
  }

  @DeleteMapping("/{fileId}")
  Mono<ResponseEntity<byte[]>> delete(@PathVariable String fileId, ServerWebExchange exchange) {
    return kept.delete(Caller.of(exchange).owner(), fileId)
        .map(deleted -> deleted.fold(file -> ResponseEntity.noContent().build(), errors::answer));
  }

  private Mono<ResponseEntity<byte[]>> withStore(
      Function<FileStore, Mono<ResponseEntity<byte[]>>> use) {
    return files.store().map(use).orElseGet(() -> Mono.just(errors.answer(ApiError.noFileStore())));
  }

  private ResponseEntity<byte[]> created(StoredFile file) {
    return ResponseEntity.status(HttpStatus.CREATED)
        .contentType(MediaType.APPLICATION_JSON)
        .header("Location", "/v1/files/" + file.fileId())
        .body(FileView.of(file, ttl));
  }

  private static ResponseEntity<byte[]> json(HttpStatus status, byte[] body) {
    return ResponseEntity.status(status).contentType(MediaType.APPLICATION_JSON).body(body);
  }
}
