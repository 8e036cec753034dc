package io.millrace.job;

import org.jspecify.annotations.Nullable;

/** How a job ended. A fault of ours that will be tried again is not an outcome. */
public sealed interface Outcome {

  /** The state the job is in from now on. */
  JobState state();

  /** Ran to its end; {@code resultJson} is the value of a top-level {@code return}, as JSON. */
  record Succeeded(Output output, String resultJson) implements Outcome {
    @Override
    public JobState state() {
      return JobState.SUCCEEDED;
    }
  }

  /**
   * Ended by the program's own fault.
   *
   * @param reason stable machine word: exception, exit, signal, memory_limit, ...
   * @param error one line for people
   * @param processExitCode the exit code, negative for a signal, null where the process has none
   */
  record Failed(Output output, String reason, String error, @Nullable Integer processExitCode)
      implements Outcome {
    @Override
    public JobState state() {
      return JobState.FAILED;
    }
  }

  /** Killed when it had run for {@code seconds}. */
  record TimedOut(Output output, int seconds) implements Outcome {
    @Override
    public JobState state() {
      return JobState.TIMED_OUT;
    }
  }

  /** Ended on its caller's word, or because its caller left before it started. */
  record Cancelled() implements Outcome {
    @Override
    public JobState state() {
      return JobState.CANCELLED;
    }
  }

  /** Not begun {@code seconds} after it was accepted, which was all the time that it had. */
  record Expired(int seconds) implements Outcome {
    @Override
    public JobState state() {
      return JobState.EXPIRED;
    }
  }

  /**
   * Given up: we failed it too often.
   *
   * @param reason {@code internal}, or {@code worker_lost} when each of its workers vanished
   * @param message one sentence for people, without internals
   */
  record GivenUp(String reason, String message) implements Outcome {
    @Override
    public JobState state() {
      return JobState.FAILED;
    }
  }
}
