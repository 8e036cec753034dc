package io.millrace.worker.environment;

/** All came that the store has of a set's file, and it is not what was built. */
final class DamagedSetException extends Exception {

  private static final long serialVersionUID = 1L;

  DamagedSetException(String name) {
    super("the file of the set of packages " + name + " has other bytes than were kept");
  }
}
