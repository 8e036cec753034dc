package io.millrace.gateway.batch;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.gateway.batch.BatchSubmitter.Accepted;
import io.millrace.gateway.error.ApiError;
import io.millrace.gateway.error.Checked;
import io.millrace.gateway.queue.QueueMonitor;
import io.millrace.job.Job;
import io.millrace.queue.JobCodec;
import io.millrace.queue.JobRecord;
import io.millrace.queue.Lane;
import io.millrace.queue.RecordReader;
import io.millrace.queue.UnreadableRecordException;
import io.millrace.store.AdmissionGate;
import io.millrace.store.AdmissionGate.OwnerLimits;
import io.millrace.store.BatchStatus;
import io.millrace.store.BatchStore;
import io.millrace.store.BatchStore.Failure;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Runs the failures of a batch again: their records are read from the log, and enqueued with new
 * ids at the same places. Blocks for all of it. Thread-safe.
 */
@Component
final class BatchRetry {

  private static final Logger log = LoggerFactory.getLogger(BatchRetry.class);

  private final BatchStore store;
  private final RecordReader records;
  private final BatchSubmitter submitter;
  private final QueueMonitor monitor;
  private final Counter retried;

  BatchRetry(
      BatchStore store,
      RecordReader records,
      BatchSubmitter submitter,
      QueueMonitor monitor,
      MeterRegistry meters) {
    this.store = store;
    this.records = records;
    this.submitter = submitter;
    this.monitor = monitor;
    this.retried = meters.counter("millrace.batches.retried");
  }

  /**
   * Runs again what failed, timed out or expired.
   *
   * @throws io.millrace.queue.LogAwayException or a Kafka exception when the broker does not answer
   */
  Checked<Accepted> retry(BatchStatus batch, OwnerLimits limits) {
    List<Failure> failures = store.failures(batch.batchId());
    if (failures.isEmpty()) {
      return Checked.passed(new Accepted(batch.batchId(), 0, monitor.reading().queueLength()));
    }
    Map<UUID, Job> found = found(batch, failures);
    if (found.size() < failures.size()) {
      return Checked.refused(
          ApiError.gone(
              "The queue has let go of %d of the %d jobs that failed; send these inputs again"
                  .formatted(failures.size() - found.size(), failures.size())));
    }
    int round = batch.round() + 1;
    UUID delivery = UUID.randomUUID();
    List<Job> jobs = new ArrayList<>();
    long bytes = 0;
    for (Failure failure : failures) {
      Job job = Objects.requireNonNull(found.get(failure.jobId()));
      bytes += AdmissionGate.bytes(job.request());
      jobs.add(
          job.in(Objects.requireNonNull(job.batch()).again(round, delivery), UUID.randomUUID()));
    }
    Checked<Accepted> answer = submitter.again(jobs, bytes, limits);
    if (answer instanceof Checked.Passed) {
      retried.increment();
    }
    return answer;
  }

  /** By their addresses, and where no worker ever saw them by a look through the lane. */
  private Map<UUID, Job> found(BatchStatus batch, List<Failure> failures) {
    Map<UUID, Job> found = new HashMap<>();
    List<JobRecord> placed = new ArrayList<>();
    failures.forEach(
        each -> each.record().ifPresent(at -> placed.add(new JobRecord(each.jobId(), at))));
    records.readEach(
        placed, (at, bytes) -> decoded(bytes).ifPresent(job -> found.put(job.jobId(), job)));
    if (found.size() < failures.size()) {
      Map<UUID, Failure> missing = new HashMap<>();
      failures.forEach(each -> missing.put(each.jobId(), each));
      missing.keySet().removeAll(found.keySet());
      records.scanSince(
          Lane.BULK,
          batch.acceptedAt() / 1000 - RecordReader.CLOCK_SKEW_MILLIS,
          (at, bytes) ->
              decoded(bytes)
                  .filter(job -> missing.containsKey(job.jobId()))
                  .ifPresent(job -> found.put(job.jobId(), job)));
    }
    return found;
  }

  private static Optional<Job> decoded(byte[] bytes) {
    try {
      return Optional.of(JobCodec.decodeJob(bytes)).filter(job -> job.batch() != null);
    } catch (UnreadableRecordException e) {
      log.debug("A record of the lane is no job of ours: {}", e.getMessage());
      return Optional.empty();
    }
  }
}
