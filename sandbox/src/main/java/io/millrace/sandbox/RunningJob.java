package io.millrace.sandbox;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The job that a helper has, from JOB to RESULT.
 *
 * @param files what it sends back; null for a plain job, which sends none
 * @param reader what its result is read by
 * @param failure why it is to be run again, whatever its result says
 */
record RunningJob<T>(
    Program job,
    OutputListener listener,
    @Nullable IncomingFiles files,
    ResultReader<T> reader,
    CompletableFuture<T> outcome,
    AtomicReference<@Nullable SandboxFailedException> failure) {

  /** Reads the payload of RESULT. */
  interface ResultReader<T> {
    T read(byte[] payload, Program job) throws SandboxFailedException;
  }

  String id() {
    return job.jobId().toString();
  }

  void complete(byte[] result) {
    SandboxFailedException failed = failure.get();
    try {
      if (failed != null) {
        throw failed;
      }
      outcome.complete(reader.read(result, job));
    } catch (SandboxFailedException | RuntimeException e) {
      outcome.completeExceptionally(e);
    }
  }
}
