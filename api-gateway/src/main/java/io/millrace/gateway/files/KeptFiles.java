package io.millrace.gateway.files;

import io.millrace.files.FileStore;
import io.millrace.files.StoredFile;
import io.millrace.gateway.auth.Caller;
import io.millrace.gateway.error.ApiError;
import io.millrace.gateway.error.Checked;
import io.millrace.store.NeededFiles;
import java.util.Optional;
import java.util.function.Function;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A key's files, for every route that has to do with them: the same store, limits and rules. Each
 * call says {@code no_file_store} where there is no store. Thread-safe.
 */
@Component
public final class KeptFiles {

  private final FileCalls files;
  private final Uploads uploads;
  private final NeededFiles needed;

  KeptFiles(FileCalls files, Uploads uploads, NeededFiles needed) {
    this.files = files;
    this.uploads = uploads;
    this.needed = needed;
  }

  /**
   * Takes in the file that a request brings, or says why not.
   *
   * @param name what it is called where its bytes are the whole body
   */
  public Mono<Checked<StoredFile>> take(String name, ServerWebExchange exchange) {
    return withStore(store -> uploads.take(store, Caller.of(exchange), name, exchange));
  }

  /** Keeps what is in memory already. */
  public Mono<Checked<StoredFile>> keep(
      Caller caller, String name, String mediaType, byte[] content) {
    DataBuffer bytes = DefaultDataBufferFactory.sharedInstance.wrap(content);
    IncomingFile file = new IncomingFile(name, mediaType, Flux.just(bytes));
    return withStore(store -> uploads.keep(store, caller, file));
  }

  /** What is known of a file; it counts as no use of it. */
  public Mono<Checked<StoredFile>> find(String owner, String fileId) {
    return withStore(store -> files.run(() -> found(store.find(owner, fileId))));
  }

  /** Deletes a file that no job needs, and says what it was; or why it stays. */
  public Mono<Checked<StoredFile>> delete(String owner, String fileId) {
    return withStore(store -> files.run(() -> delete(store, owner, fileId)));
  }

  private Checked<StoredFile> delete(FileStore store, String owner, String fileId) {
    return found(store.find(owner, fileId))
        .then(
            file ->
                switch (needed.release(fileId)) {
                  case FREE ->
                      store.delete(owner, fileId) ? Checked.passed(file) : found(Optional.empty());
                  case NEEDED -> Checked.refused(ApiError.fileInUse());
                  case UNSURE ->
                      Checked.refused(
                          ApiError.unavailable("The queue is being rebuilt; try again", 1));
                });
  }

  private static Checked<StoredFile> found(Optional<StoredFile> file) {
    return file.map(Checked::passed).orElseGet(() -> Checked.refused(Downloads.notFound()));
  }

  private Mono<Checked<StoredFile>> withStore(Function<FileStore, Mono<Checked<StoredFile>>> use) {
    return files
        .store()
        .map(use)
        .orElseGet(() -> Mono.just(Checked.refused(ApiError.noFileStore())));
  }
}
