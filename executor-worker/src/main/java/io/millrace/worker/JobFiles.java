package io.millrace.worker;

import io.millrace.files.FileStore;
import io.millrace.files.FileStoreException;
import io.millrace.files.StoreTrial;
import io.millrace.files.StoredFile;
import io.millrace.files.Upload;
import io.millrace.job.WideInputs.GivenFile;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collection;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store of files, as jobs read inputs from it and leave files in it. What it fails to do shows
 * as {@link FilesAwayException}, and for a moment nobody asks it then. Thread-safe.
 */
final class JobFiles implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(JobFiles.class);

  private final @Nullable FileStore store;
  private final StoreTrial trial;

  /** {@code store} is null where this worker has none. */
  JobFiles(@Nullable FileStore store, LongSupplier nanoTime) {
    this.store = store;
    this.trial = new StoreTrial(nanoTime);
  }

  /** Whether files that jobs make are kept. */
  boolean isThere() {
    return store != null;
  }

  /**
   * Opens an input that the store has.
   *
   * @throws FileGoneException when it has lost it
   */
  InputStream open(String owner, GivenFile file) throws IOException {
    String fileId = String.valueOf(file.fileId());
    return new Content(
        asked(there -> there.read(owner, fileId, 0, file.size()))
            .orElseThrow(() -> new FileGoneException(file.path())));
  }

  /**
   * Keeps a file that a job has made.
   *
   * @param content is read to its end
   * @throws IOException as {@code content} does; nothing is kept then
   */
  StoredFile keep(String owner, String name, String mediaType, InputStream content)
      throws IOException {
    Upload upload = asked(there -> there.put(owner, name, mediaType, content, Long.MAX_VALUE));
    if (upload instanceof Upload.Stored stored) {
      return stored.file();
    }
    throw new IllegalStateException("a store found a file larger than any can be");
  }

  /** Bytes of all that an owner has. */
  long used(String owner) throws IOException {
    return asked(there -> there.used(owner));
  }

  /** Deletes what a run has left that comes to nothing; what stays goes with its time. */
  void delete(String owner, Collection<String> fileIds) {
    if (store == null || !trial.works()) {
      return;
    }
    try {
      fileIds.forEach(fileId -> store.delete(owner, fileId));
    } catch (FileStoreException e) {
      log.info("Files of a run that came to nothing are swept later: {}", e.getMessage());
    }
  }

  @Override
  public void close() {
    if (store != null) {
      store.close();
    }
  }

  private interface Call<T> {
    T ask(FileStore store) throws IOException;
  }

  private <T> T asked(Call<T> call) throws IOException {
    if (store == null) {
      throw new FilesAwayException(
          "this worker has no store of files; set MILLRACE_FILES_STORE as the gateways have it",
          null);
    }
    if (!trial.mayAsk()) {
      throw new FilesAwayException("the store of files failed a moment ago", null);
    }
    try {
      T answer = call.ask(store);
      trial.worked();
      return answer;
    } catch (FileStoreException e) {
      throw away(e);
    }
  }

  private FilesAwayException away(Exception cause) {
    trial.failed();
    return new FilesAwayException("the store of files failed: " + cause.getMessage(), cause);
  }

  /** An input's bytes: what goes wrong with them is the store's fault. */
  private final class Content extends FilterInputStream {

    Content(InputStream in) {
      super(in);
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      try {
        return in.read(bytes, offset, length);
      } catch (IOException | RuntimeException e) {
        throw away(e);
      }
    }
  }
}
