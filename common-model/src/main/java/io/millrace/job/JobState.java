package io.millrace.job;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * Where a job is, and where it may go from there. The Redis scripts hold every write to these
 * moves; a terminal state never changes.
 */
public enum JobState {
  /** Accepted, waiting for the packages that it asks for; no slot is kept for it. */
  PREPARING,
  /** Accepted, waiting for a slot. */
  QUEUED,
  /** A worker holds its lease. */
  RUNNING,
  /** Ran to its end. */
  SUCCEEDED,
  /** Ended by its own fault, or given up after too many faults of ours. */
  FAILED,
  /** Killed at its time limit. */
  TIMED_OUT,
  /** Ended by its caller. */
  CANCELLED,
  /** Did not start in the time that its caller gave it, and never will. */
  EXPIRED,
  /** Admitted, but never confirmed by the queue: its caller was told no, so it must not run. */
  REFUSED;

  private static final Set<JobState> ENDS =
      EnumSet.of(SUCCEEDED, FAILED, TIMED_OUT, CANCELLED, EXPIRED, REFUSED);

  /** Whether the move to {@code next} is allowed. */
  public boolean canBecome(JobState next) {
    return switch (this) {
      case QUEUED -> next != QUEUED;
      case PREPARING -> next != PREPARING && next != REFUSED;
      case RUNNING -> next != RUNNING && next != PREPARING && next != REFUSED && next != EXPIRED;
      default -> false;
    };
  }

  /** Whether the job is over. */
  public boolean isTerminal() {
    return ENDS.contains(this);
  }

  /** The state's name on the wire and in Redis. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The state of that wire name; throws {@link IllegalArgumentException} for any other word. */
  public static JobState ofWireName(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT));
  }
}
