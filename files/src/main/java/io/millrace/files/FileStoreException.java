package io.millrace.files;

/** The store is away, full, or refuses us. Not the caller's fault; a later try may succeed. */
public final class FileStoreException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  FileStoreException(String message, Throwable cause) {
    super(message, cause);
  }
}
