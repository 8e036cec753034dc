package io.millrace.standalone;

import java.util.List;

/** A role did not come up. */
final class ChildFailedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  ChildFailedException(String what, List<String> lastWords) {
    super(
        lastWords.isEmpty()
            ? what
            : what + "; the last it said:\n  " + String.join("\n  ", lastWords));
  }
}
