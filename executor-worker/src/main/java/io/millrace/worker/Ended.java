package io.millrace.worker;

import io.millrace.job.Job;
import io.millrace.job.Outcome;
import io.millrace.job.Output;
import io.millrace.job.WideResults;
import io.millrace.sandbox.Program;
import io.millrace.sandbox.RunResult;
import io.millrace.store.Environments.Row;
import io.millrace.worker.network.NetworkProxy;
import org.jspecify.annotations.Nullable;

/**
 * How a job ended.
 *
 * @param wide what it leaves beside its outcome; null for a plain job
 */
record Ended(Outcome outcome, @Nullable WideResults wide) {

  Ended(Outcome outcome) {
    this(outcome, null);
  }

  /** The job as a sandbox knows it. */
  static Program program(Job job, @Nullable Row packages, NetworkProxy.@Nullable Opened network) {
    return new Program(
        job.jobId(),
        job.request().code(),
        job.request().timeout(),
        network == null ? null : network.access(),
        packages == null ? null : new Program.Packages(packages.name(), packages.imports()));
  }

  /** What a run makes of its job. */
  static Outcome outcome(RunResult run, Job job) {
    Output output = new Output(run.stdout(), run.stderr(), run.truncated());
    return switch (run.verdict()) {
      case "ok" -> new Outcome.Succeeded(output, run.resultJson());
      case "timeout" -> new Outcome.TimedOut(output, job.request().timeout());
      case "cancelled" -> new Outcome.Cancelled();
      default -> new Outcome.Failed(output, run.verdict(), run.error(), run.exitCode());
    };
  }
}
