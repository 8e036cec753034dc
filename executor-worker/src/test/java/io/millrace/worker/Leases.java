package io.millrace.worker;

import io.millrace.job.ExecutionRequest;
import io.millrace.job.Job;
import io.millrace.job.WideInputs;
import io.millrace.queue.Lane;
import io.millrace.queue.RecordPointer;
import io.millrace.store.Lease;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Leases of jobs that nobody runs. */
final class Leases {

  private Leases() {}

  static Lease of(UUID jobId, int attempt) {
    return of(jobId, attempt, null);
  }

  static Lease of(UUID jobId, int attempt, @Nullable String webhookUrl) {
    ExecutionRequest request = new ExecutionRequest("pass", 1, webhookUrl, "its-id");
    Job job = new Job(jobId, "tester", request, 0, null, null);
    return new Lease(job, attempt, 0, record(7));
  }

  /** Of a job that has inputs beside its program. */
  static Lease wide(WideInputs inputs) {
    ExecutionRequest request = new ExecutionRequest("pass", 1, null, "its-id", inputs);
    return new Lease(new Job(UUID.randomUUID(), "tester", request, 0, null, null), 1, 0, record(7));
  }

  /** Where a record of the first lane is. */
  static RecordPointer record(long offset) {
    return new RecordPointer(Lane.FIRST, "topic-id", offset);
  }

  static Lease any() {
    return of(UUID.randomUUID(), 1);
  }
}
