package io.millrace.worker.environment;

/** A set of packages cannot be had: the jobs that wait for it fail with these words. */
final class RefusedPackagesException extends Exception {

  private static final long serialVersionUID = 1L;
  private final String details;

  /** {@code details} is what pip wrote; empty where it is not pip that refuses. */
  RefusedPackagesException(String message, String details) {
    super(message);
    this.details = details;
  }

  String details() {
    return details;
  }
}
