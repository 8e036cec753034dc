package io.millrace.testing;

import io.millrace.job.BatchPart;
import io.millrace.job.ExecutionRequest;
import io.millrace.job.Job;
import io.millrace.job.WideInputs;
import io.millrace.queue.BatchLog;
import io.millrace.queue.Lane;
import io.millrace.store.AdmissionGate.OwnerLimits;
import io.millrace.store.BatchStatus;
import io.millrace.store.BatchStore.Entered;
import io.millrace.store.BatchStore.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A batch of an owner, whose inputs are its jobs' numbers. */
public final class TestBatch {

  public final UUID id = UUID.randomUUID();
  public final List<UUID> jobIds;
  private final Store store;
  private Job shared;

  public TestBatch(Store store, int count, int maxRunning, @Nullable String webhookUrl) {
    this.store = store;
    this.jobIds = Stream.generate(UUID::randomUUID).limit(count).toList();
    ExecutionRequest request =
        new ExecutionRequest("print(input_data)", 30, null, "its-id", WideInputs.NONE);
    BatchPart part = new BatchPart(id, 0, 0, count, 0, maxRunning, webhookUrl, id, 0);
    this.shared = new Job(id, "owner", request, 0, null, null).in(part, id);
  }

  /** The same, as it comes with this Idempotency-Key. */
  public TestBatch withKey(String key) {
    shared =
        new Job(id, shared.owner(), shared.request(), 0, null, null, key, "digest")
            .in(shared.batch(), id);
    return this;
  }

  public Entry admit(OwnerLimits limits) {
    Entry entry = store.batches.admit(shared, jobIds, List.of(), 100, limits, null);
    if (entry instanceof Entered in) {
      long at = in.admitted().acceptedAt();
      shared = shared.accepted(at).in(shared.batch().accepted(at, 0), id);
    }
    return entry;
  }

  /** Admitted, and known to be in the log. */
  public TestBatch opened() {
    admit(OwnerLimits.NONE);
    store.batches.open(id, 0);
    return this;
  }

  /** Admitted, with all its records in the log. */
  public TestBatch sent(Log log) throws Exception {
    admit(OwnerLimits.NONE);
    long program = log.batches.writeProgram(id, shared).get(10, TimeUnit.SECONDS);
    shared = shared.in(shared.batch().accepted(shared.acceptedAt(), program), id);
    for (Job job : jobs()) {
      log.send(Lane.BULK, job);
    }
    store.batches.open(id, 0);
    return this;
  }

  public List<Job> jobs() {
    List<Job> jobs = new ArrayList<>();
    IntStream.range(0, jobIds.size()).forEach(index -> jobs.add(job(index)));
    return jobs;
  }

  /** As its record has it. */
  public Job job(int index) {
    return BatchLog.withoutProgram(shared, Integer.toString(index))
        .in(shared.batch().at(index), jobIds.get(index));
  }

  public BatchStatus status() {
    return store.batches.find(id).orElseThrow();
  }

  /** Jobs that are in these states: name, number, name, number. */
  public String counts() {
    return status().counts().entrySet().stream()
        .filter(entry -> entry.getValue() > 0)
        .map(entry -> entry.getKey() + " " + entry.getValue())
        .reduce((one, other) -> one + ", " + other)
        .orElse("");
  }
}
