package io.millrace.worker;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The store of files did not do what a job needs of it: the job is to be tried again, later. */
final class FilesAwayException extends IOException {

  private static final long serialVersionUID = 1L;

  FilesAwayException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
