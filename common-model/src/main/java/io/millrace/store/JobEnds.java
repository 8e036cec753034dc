package io.millrace.store;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.job.JobState;
import io.millrace.metrics.EnumCounters;
import java.util.EnumSet;

/**
 * Counts the ends of jobs: each by whoever was told by a script that this end is the job's own, so
 * that the sum over all processes is the number of jobs that ended. Thread-safe.
 */
public final class JobEnds {

  /** Why we gave a job up. */
  public enum Fault {
    /** Each worker that ran it vanished. */
    WORKER_LOST,
    /** Our sandboxes failed it. */
    SANDBOX_FAILED,
    /** The log let go of it before it ran. */
    RECORD_GONE
  }

  private final EnumCounters<JobState> ended;
  private final EnumCounters<Fault> givenUp;

  public JobEnds(MeterRegistry meters) {
    EnumSet<JobState> ends = EnumSet.allOf(JobState.class);
    ends.removeIf(state -> !state.isTerminal());
    ended = new EnumCounters<>(meters, "millrace.jobs.ended", "state", ends);
    givenUp =
        new EnumCounters<>(meters, "millrace.jobs.given.up", "reason", EnumSet.allOf(Fault.class));
  }

  /** A job is in this terminal state from now on. */
  public void count(JobState state) {
    ended.increment(state);
  }

  /** A job failed by our fault. */
  public void countGivenUp(Fault fault) {
    ended.increment(JobState.FAILED);
    givenUp.increment(fault);
  }
}
