package io.millrace.gateway.batch;

import io.millrace.job.BatchPart;
import io.millrace.job.ExecutionRequest;
import io.millrace.job.Job;
import io.millrace.queue.BatchLog;
import io.millrace.store.AdmissionGate;
import io.millrace.store.AdmissionGate.OwnerLimits;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

/**
 * A valid batch on its way into the queue.
 *
 * @param shared what its jobs share, by the batch's id; at place 0 of the batch
 * @param inputs the JSON of each job's {@code input_data}
 * @param limits of the key that it came with
 */
record BatchRequest(Job shared, List<String> inputs, OwnerLimits limits) {

  /** The batch that such a request makes, whose job is read as one of a webhook's own. */
  static BatchRequest of(Job read, List<String> inputs, int maxRunning, OwnerLimits limits) {
    UUID id = read.jobId();
    ExecutionRequest request = read.request();
    BatchPart first =
        new BatchPart(id, 0, 0, inputs.size(), 0, maxRunning, request.webhookUrl(), id, 0);
    return new BatchRequest(read.with(request.withoutWebhook()).in(first, id), inputs, limits);
  }

  UUID id() {
    return shared.jobId();
  }

  /** Bytes that the log will have of it: the program once, each input, some hundred around it. */
  long bytes() {
    return sharedBytes() + inputs.stream().mapToLong(String::length).sum();
  }

  /** Bytes of what its jobs share. */
  long sharedBytes() {
    return AdmissionGate.bytes(shared.request());
  }

  /** One of its jobs as the log has it. */
  Job job(Job accepted, int index, UUID jobId) {
    return BatchLog.withoutProgram(accepted, inputs.get(index))
        .in(Objects.requireNonNull(accepted.batch()).at(index), jobId);
  }
}
