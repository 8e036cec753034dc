package io.millrace.gateway.files;

import io.millrace.files.FileSettings;
import io.millrace.files.FileStore;
import io.millrace.files.StoredFile;
import io.millrace.files.Upload;
import io.millrace.gateway.GatewaySettings;
import io.millrace.gateway.auth.Caller;
import io.millrace.gateway.error.ApiError;
import io.millrace.gateway.error.Checked;
import io.millrace.gateway.http.BodyRead;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.springframework.core.codec.DecodingException;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** Takes a file in, from its first byte to its place in the store. Thread-safe. */
@Component
final class Uploads {

  /** Pieces of an upload that wait for the disk; the connection is not read further. */
  private static final int PIECES_AHEAD = 8;

  private final IncomingFiles incoming = new IncomingFiles();
  private final FileCalls files;
  private final long maxSize;
  private final Duration silence;

  Uploads(FileCalls files, FileSettings settings, GatewaySettings gateway) {
    this.files = files;
    this.maxSize = settings.maxSize().toBytes();
    this.silence = gateway.gateway().bodyTimeout();
  }

  /** The file as it is kept, or why it is not. A caller that leaves leaves nothing behind. */
  Mono<Checked<StoredFile>> take(
      FileStore store, Caller caller, String name, ServerWebExchange exchange) {
    var head = exchange.getRequest().getHeaders();
    long around = IncomingFiles.isForm(head) ? IncomingFiles.FORM_BYTES : 0;
    if (head.getContentLength() > maxSize + around) {
      return Mono.just(Checked.refused(ApiError.tooLarge(maxSize)));
    }
    return incoming
        .read(exchange.getRequest(), name, file -> keep(store, caller, file))
        .doOnNext(kept -> noteRead(kept, exchange))
        .switchIfEmpty(Mono.fromSupplier(Uploads::noFile))
        .onErrorResume(Uploads::isNoForm, e -> Mono.just(noForm()));
  }

  /** The same of a file that was found in what came, or was made here. */
  Mono<Checked<StoredFile>> keep(FileStore store, Caller caller, IncomingFile file) {
    Optional<String> flaw = file.flaw();
    return flaw.isPresent()
        ? Mono.just(Checked.refused(ApiError.invalid(flaw.get())))
        : files.move(() -> put(store, caller, file));
  }

  private Checked<StoredFile> put(FileStore store, Caller caller, IncomingFile file)
      throws IOException {
    long quota = caller.limits().files();
    long room = quota == 0 ? Long.MAX_VALUE : Math.max(0, quota - store.used(caller.owner()));
    Checked<StoredFile> kept = put(store, caller.owner(), file, Math.min(room, maxSize));
    return kept.fold(
        stored -> withinQuota(store, caller, stored),
        error ->
            Checked.refused(
                error.status() == 413 && room < maxSize ? ApiError.fileQuota(quota) : error));
  }

  /** Of some that came at once, each may have found room for itself alone. */
  private static Checked<StoredFile> withinQuota(FileStore store, Caller caller, StoredFile file) {
    long quota = caller.limits().files();
    if (quota == 0 || store.used(caller.owner()) <= quota) {
      return Checked.passed(file);
    }
    store.delete(caller.owner(), file.fileId());
    return Checked.refused(ApiError.fileQuota(quota));
  }

  private Checked<StoredFile> put(FileStore store, String owner, IncomingFile file, long most)
      throws IOException {
    try (InputStream content =
        DataBufferUtils.subscriberInputStream(file.content().timeout(silence), PIECES_AHEAD)) {
      Upload upload = store.put(owner, file.name(), file.mediaType(), content, most);
      return upload instanceof Upload.Stored stored
          ? Checked.passed(stored.file())
          : Checked.refused(ApiError.tooLarge(most));
    } catch (IOException e) {
      if (e.getCause() instanceof TimeoutException) {
        return Checked.refused(ApiError.bodyTooSlow(silence));
      }
      throw e;
    }
  }

  /** A body that was refused may have more to come; it is not waited for. */
  private static void noteRead(Checked<StoredFile> kept, ServerWebExchange exchange) {
    if (kept instanceof Checked.Passed) {
      BodyRead.whole(exchange);
    }
  }

  private static boolean isNoForm(Throwable failure) {
    return failure instanceof DecodingException || failure instanceof DataBufferLimitException;
  }

  private static Checked<StoredFile> noFile() {
    return Checked.refused(ApiError.invalid("The form has no part 'file' that is a file"));
  }

  private static Checked<StoredFile> noForm() {
    return Checked.refused(
        ApiError.invalid("The body is no multipart/form-data, or has too much beside the file"));
  }
}
