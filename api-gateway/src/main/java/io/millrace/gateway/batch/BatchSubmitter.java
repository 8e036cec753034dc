package io.millrace.gateway.batch;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.gateway.admission.Refusals;
import io.millrace.gateway.error.ApiError;
import io.millrace.gateway.error.Checked;
import io.millrace.gateway.files.InputFiles;
import io.millrace.gateway.queue.OwedCalls;
import io.millrace.gateway.queue.QueueMonitor;
import io.millrace.gateway.queue.StoreCalls;
import io.millrace.job.BatchPart;
import io.millrace.job.Job;
import io.millrace.job.JobState;
import io.millrace.job.Reply;
import io.millrace.metrics.EnumCounters;
import io.millrace.queue.BatchLog;
import io.millrace.queue.JobQueue;
import io.millrace.queue.JobRecord;
import io.millrace.queue.Lane;
import io.millrace.rescue.Requeuer;
import io.millrace.store.Admission.Admitted;
import io.millrace.store.Admission.Refusal;
import io.millrace.store.Admission.Refused;
import io.millrace.store.AdmissionGate.OwnerLimits;
import io.millrace.store.BatchStore;
import io.millrace.store.BatchStore.Busy;
import io.millrace.store.BatchStore.Entered;
import io.millrace.store.BatchStore.Entry;
import io.millrace.store.BatchStore.Known;
import io.millrace.store.BatchStore.Missing;
import io.millrace.store.BatchStore.Turned;
import io.millrace.store.JobEnds;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/**
 * Makes all jobs of a batch durable or tells no: they are let in by one script, their records go
 * out together, and none of them runs before the log has every one. Blocks for all of it.
 * Thread-safe.
 */
@Component
final class BatchSubmitter {

  private static final Logger log = LoggerFactory.getLogger(BatchSubmitter.class);

  /** Bytes of records that are on their way at once, so that a small heap bears many. */
  private static final long IN_HAND = 8L << 20;

  /** Of a record, beside its input. */
  private static final long RECORD_BYTES = 700;

  /** The producer itself gives up before that. */
  private static final long CONFIRM_SECONDS = 5;

  private final BatchStore store;
  private final BatchLog batchLog;
  private final InputFiles files;
  private final JobQueue queue;
  private final Requeuer requeuer;
  private final QueueMonitor monitor;
  private final StoreCalls stores;
  private final OwedCalls owed;
  private final Refusals refusals;
  private final JobEnds ends;
  private final Reply.Speaker speaker;
  private final EnumCounters<Lane> accepted;
  private final Counter batches;

  BatchSubmitter(
      BatchStore store,
      BatchLog batchLog,
      InputFiles files,
      JobQueue queue,
      Requeuer requeuer,
      QueueMonitor monitor,
      StoreCalls stores,
      OwedCalls owed,
      Refusals refusals,
      JobEnds ends,
      Reply.Speaker speaker,
      MeterRegistry meters) {
    this.store = store;
    this.batchLog = batchLog;
    this.files = files;
    this.queue = queue;
    this.requeuer = requeuer;
    this.monitor = monitor;
    this.stores = stores;
    this.owed = owed;
    this.refusals = refusals;
    this.ends = ends;
    this.speaker = speaker;
    this.accepted =
        new EnumCounters<>(meters, "millrace.jobs.accepted", "lane", EnumSet.allOf(Lane.class));
    this.batches = meters.counter("millrace.batches.accepted");
  }

  /**
   * Jobs that were accepted together.
   *
   * @param queueLength jobs that wait, with these
   */
  record Accepted(UUID batchId, int count, long queueLength) {}

  /** Accepts a new batch, or says why not. */
  Checked<Accepted> submit(BatchRequest request) {
    List<UUID> ids = ids(request.inputs().size());
    Optional<Refused> flaw = files.flaw(request.shared());
    if (flaw.isPresent()) {
      return Checked.refused(refusals.error(flaw.get(), request.shared(), request.limits()));
    }
    Job told = BatchLog.withoutProgram(request.shared(), "null");
    return enter(told, ids, List.of(), request.bytes(), request.limits())
        .then(
            entry ->
                entry instanceof Known known
                    ? repeated(known)
                    : send((Entered) entry, request, ids));
  }

  private Checked<Accepted> send(Entered in, BatchRequest request, List<UUID> ids) {
    Admitted admitted = in.admitted();
    return withFiles(request.shared().accepted(admitted.acceptedAt()), request.limits())
        .then(
            shared ->
                records(
                    shared,
                    ids.size(),
                    () -> {
                      long program = confirmed(batchLog.writeProgram(request.id(), shared));
                      BatchPart part = part(shared).accepted(admitted.acceptedAt(), program);
                      Job accepted = shared.in(part, request.id());
                      return index -> request.job(accepted, index, ids.get(index));
                    }))
        .then(
            sent -> {
              batches.increment();
              return Checked.passed(new Accepted(request.id(), ids.size(), admitted.queueLength()));
            });
  }

  /** Accepts jobs of a batch once more, each with a new id, or says why not. */
  Checked<Accepted> again(List<Job> jobs, long bytes, OwnerLimits limits) {
    List<Integer> indices = jobs.stream().map(job -> part(job).index()).toList();
    List<UUID> ids = jobs.stream().map(Job::jobId).toList();
    Job first = jobs.get(0);
    return enter(first, ids, indices, bytes, limits)
        .then(
            entry -> {
              Admitted admitted = ((Entered) entry).admitted();
              return withFiles(first, limits)
                  .then(
                      there ->
                          records(
                              there,
                              jobs.size(),
                              () -> index -> jobs.get(index).accepted(admitted.acceptedAt())))
                  .then(
                      sent ->
                          Checked.passed(
                              new Accepted(
                                  part(first).batchId(), jobs.size(), admitted.queueLength())));
            });
  }

  /** With the kept files that all its jobs read; the batch is taken back where one is missing. */
  private Checked<Job> withFiles(Job first, OwnerLimits limits) {
    InputFiles.Found found = Objects.requireNonNull(files.find(first, limits.files()).block());
    if (found instanceof InputFiles.All all) {
      return Checked.passed(all.job());
    }
    refuse(first);
    Refused why = ((InputFiles.Missing) found).why();
    return Checked.refused(refusals.error(why, first, limits));
  }

  private static List<UUID> ids(int count) {
    return Stream.generate(UUID::randomUUID).limit(count).toList();
  }

  private Checked<Entry> enter(
      Job first, List<UUID> ids, List<Integer> indices, long bytes, OwnerLimits limits) {
    if (!monitor.isUp()) {
      return away(first, limits);
    }
    Entry entry;
    try {
      entry = store.admit(first, ids, indices, bytes, limits, refusals.shut(first, ids.size()));
    } catch (DataAccessException e) {
      monitor.redisFailed();
      // It may have been let in all the same.
      refuse(first);
      return away(first, limits);
    }
    if (entry instanceof Turned turned) {
      return Checked.refused(refusals.error(turned.refused(), first, limits));
    }
    if (entry instanceof Missing) {
      return Checked.refused(BatchController.NO_BATCH);
    }
    return entry instanceof Busy
        ? Checked.refused(ApiError.unavailable("The batch's last end is being told; try again", 1))
        : Checked.passed(entry);
  }

  private Checked<Accepted> repeated(Known known) {
    return known.accepted()
        ? Checked.passed(
            new Accepted(known.batchId(), known.count(), monitor.reading().queueLength()))
        : Checked.refused(ApiError.batchInFlight(known.batchId()));
  }

  /** What makes the jobs when the gate has let them in. */
  private interface Making {
    IntFunction<Job> jobs() throws ExecutionException, TimeoutException, InterruptedException;
  }

  /** Writes the records of all jobs, and lets them run when the log has every one. */
  private Checked<Boolean> records(Job first, int count, Making making) {
    try {
      IntFunction<Job> jobs = making.jobs();
      List<CompletableFuture<?>> sent = new ArrayList<>();
      long inHand = 0;
      for (int index = 0; index < count; index++) {
        Job job = jobs.apply(index);
        inHand += RECORD_BYTES + size(job);
        sent.add(queue.enqueue(Lane.BULK, job));
        if (inHand > IN_HAND) {
          confirmed(all(sent));
          sent.clear();
          inHand = 0;
        }
      }
      confirmed(all(sent));
    } catch (ExecutionException | TimeoutException e) {
      return notConfirmed(first);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return notConfirmed(first);
    }
    return open(first, count);
  }

  private Checked<Boolean> open(Job first, int count) {
    try {
      Optional<List<JobRecord>> held = store.open(part(first).batchId(), part(first).round());
      if (held.isEmpty()) {
        return away(first, OwnerLimits.NONE);
      }
      if (!held.get().isEmpty()) {
        stores.execute(() -> requeuer.enqueueAgain(held.get()));
      }
      monitor.worked();
      accepted.increment(Lane.BULK, count);
      return Checked.passed(true);
    } catch (DataAccessException e) {
      monitor.redisFailed();
      refuse(first);
      return away(first, OwnerLimits.NONE);
    }
  }

  private Checked<Boolean> notConfirmed(Job first) {
    monitor.kafkaFailed();
    ends.count(JobState.REFUSED);
    log.warn(
        "Batch {} was not confirmed by Kafka; it is refused and none of it will run",
        part(first).batchId());
    refuse(first);
    return away(first, OwnerLimits.NONE);
  }

  /** Of one that was opened unheard, what has not ended by now is cancelled. */
  private void refuse(Job first) {
    BatchPart part = part(first);
    owed.make(
        part.batchId(),
        "its batch was refused",
        () -> {
          if (!store.refuse(part.batchId(), part.round()) && part.round() == 0) {
            Reply cancelled = BatchStore.cancelled(first.request().id(), speaker);
            ends.count(JobState.CANCELLED, store.cancel(part.batchId(), cancelled));
          }
        });
  }

  private <T> Checked<T> away(Job first, OwnerLimits limits) {
    return Checked.refused(refusals.error(new Refused(Refusal.AWAY), first, limits));
  }

  private static CompletableFuture<Void> all(List<CompletableFuture<?>> sent) {
    return CompletableFuture.allOf(sent.toArray(CompletableFuture[]::new));
  }

  private static <T> T confirmed(CompletableFuture<T> sent)
      throws ExecutionException, TimeoutException, InterruptedException {
    return sent.get(CONFIRM_SECONDS, TimeUnit.SECONDS);
  }

  private static long size(Job job) {
    String input = job.request().wide() == null ? null : job.request().wide().inputJson();
    return input == null ? 0 : 2L * input.length();
  }

  private static BatchPart part(Job job) {
    return Objects.requireNonNull(job.batch(), "a job of a batch");
  }
}
