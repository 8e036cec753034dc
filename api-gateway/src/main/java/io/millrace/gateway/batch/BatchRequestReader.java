package io.millrace.gateway.batch;

import io.millrace.gateway.GatewaySettings;
import io.millrace.gateway.error.ApiError;
import io.millrace.gateway.error.Checked;
import io.millrace.gateway.request.RequestValidator;
import io.millrace.gateway.request.RequestValidator.Batch;
import io.millrace.gateway.submit.JobRequest;
import io.millrace.gateway.submit.JobRequestReader;
import io.millrace.queue.QueueSettings;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;

/** Makes a batch of a body: everything that can be said before the gate. Thread-safe. */
@Component
final class BatchRequestReader {

  private final RequestValidator validator;
  private final JobRequestReader jobs;
  private final QueueSettings queue;
  private final GatewaySettings settings;

  BatchRequestReader(
      RequestValidator validator,
      JobRequestReader jobs,
      QueueSettings queue,
      GatewaySettings settings) {
    this.validator = validator;
    this.jobs = jobs;
    this.queue = queue;
    this.settings = settings;
  }

  /** The batch for the queue, or why there is none. */
  Checked<BatchRequest> read(byte[] body, ServerWebExchange exchange) {
    return validator
        .validateBatch(body)
        .then(batch -> jobs.ofBatch(batch.request(), body, exchange).then(job -> made(batch, job)));
  }

  private Checked<BatchRequest> made(Batch batch, JobRequest job) {
    BatchRequest request =
        BatchRequest.of(job.job(), batch.inputs(), batch.maxRunning(), job.limits());
    String flaw = flaw(request);
    return flaw.isEmpty()
        ? Checked.passed(request)
        : Checked.refused(ApiError.invalid(flaw).withId(job.job().request().id()));
  }

  /** What would be refused however often it comes; empty for nothing. */
  private String flaw(BatchRequest request) {
    int count = request.inputs().size();
    if (queue.maxLength() > 0 && count > queue.maxLength()) {
      return "inputs has %d items, and the queue holds %d jobs at most (MAX_QUEUE_LENGTH); send several batches"
          .formatted(count, queue.maxLength());
    }
    int queued = request.limits().queued();
    if (queued > 0 && count > queued) {
      return "inputs has %d items, and this key may have %d jobs waiting; send several batches"
          .formatted(count, queued);
    }
    long most = settings.gateway().maxBody().toBytes();
    long shared = request.sharedBytes();
    for (int i = 0; i < count; i++) {
      if (shared + request.inputs().get(i).length() > most) {
        return "inputs[%d] and what all jobs share have more than %d bytes, the most that one job may have (millrace.gateway.max-body)"
            .formatted(i, most);
      }
    }
    return "";
  }
}
