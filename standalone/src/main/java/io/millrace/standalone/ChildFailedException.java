package io.millrace.standalone;

/** A role did not come up; the message says which, and why by its own words. */
final class ChildFailedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  ChildFailedException(String what, String lastWords) {
    super(what + ": " + lastWords);
  }
}
