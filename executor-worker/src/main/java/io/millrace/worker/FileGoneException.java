package io.millrace.worker;

import java.io.IOException;

/** The store has lost a file that it kept for a job: no later try can read it. */
final class FileGoneException extends IOException {

  private static final long serialVersionUID = 1L;

  FileGoneException(String path) {
    super("The input " + path + " is not in the store of files any more; send it again");
  }
}
