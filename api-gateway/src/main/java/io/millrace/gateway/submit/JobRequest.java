package io.millrace.gateway.submit;

import io.millrace.job.Job;
import io.millrace.store.AdmissionGate.OwnerLimits;

/**
 * A valid request on its way into the queue.
 *
 * @param job what the queue will have of it; the gate has not let it in yet
 * @param limits of the key that it came with
 * @param waitFor how long its caller wants to wait
 */
public record JobRequest(Job job, OwnerLimits limits, WaitFor waitFor) {

  /** What is kept of it while its caller waits: a program may be a megabyte. */
  JobRequest withoutCode() {
    return new JobRequest(job.withoutCode(), limits, waitFor);
  }
}
