package io.millrace.queue;

/** A record that is no job of a version this build knows. */
public final class UnreadableRecordException extends Exception {

  private static final long serialVersionUID = 1L;

  private final boolean newer;

  private UnreadableRecordException(String message, boolean newer) {
    super(message);
    this.newer = newer;
  }

  static UnreadableRecordException garbage(String cause) {
    return new UnreadableRecordException(cause, false);
  }

  static UnreadableRecordException newer(int version) {
    return new UnreadableRecordException("record version " + version + " is newer than ours", true);
  }

  /** Whether a newer build could read it. */
  public boolean isNewer() {
    return newer;
  }
}
