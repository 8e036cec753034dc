package io.millrace.gateway.files;

import io.millrace.files.FileStore;
import io.millrace.files.FileStoreException;
import io.millrace.files.StoredFile;
import io.millrace.job.Job;
import io.millrace.job.WideInputs;
import io.millrace.job.WideInputs.GivenFile;
import io.millrace.store.Admission.Refusal;
import io.millrace.store.Admission.Refused;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Looks for the kept files that a job reads. First for what can be said without their store; then,
 * once the gate keeps them for the job, in the store, which counts as their use. Thread-safe.
 */
@Component
public final class InputFiles {

  /** Well below the time in which a job that was let in must be in the log. */
  private static final Duration PATIENCE = Duration.ofSeconds(4);

  private final FileCalls calls;

  InputFiles(FileCalls calls) {
    this.calls = calls;
  }

  /** What was found. */
  public sealed interface Found {}

  /** Every file: the job as a worker needs it, with their sizes and its key's limit. */
  public record All(Job job) implements Found {}

  /** Not every file, or nobody knows. */
  public record Missing(Refused why) implements Found {}

  /** Why this job cannot read its files wherever they are; empty where it may. */
  public Optional<Refused> flaw(Job job) {
    WideInputs inputs = job.request().wide();
    if (inputs == null || inputs.fileIds().isEmpty()) {
      return Optional.empty();
    }
    if (calls.store().isEmpty()) {
      return Optional.of(new Refused(Refusal.NO_FILE_STORE));
    }
    return inputs.fileIds().stream()
        .filter(fileId -> !StoredFile.isId(fileId))
        .findFirst()
        .map(fileId -> Refused.about(Refusal.FILE_NOT_FOUND, inputs.whereIs(fileId)));
  }

  /**
   * Looks for them, for some seconds at most; at once where it reads none.
   *
   * @param limit bytes of files that its key may have; 0: any
   */
  public Mono<Found> find(Job job, long limit) {
    WideInputs wide = job.request().wide();
    FileStore store = calls.store().orElse(null);
    if (wide == null || store == null) {
      return Mono.just(new All(job));
    }
    WideInputs inputs = limit == 0 ? wide : wide.withFilesLimit(limit);
    if (inputs.fileIds().isEmpty()) {
      return Mono.just(new All(job.with(job.request().with(inputs))));
    }
    Found away = new Missing(new Refused(Refusal.FILES_AWAY));
    return calls
        .run(() -> find(store, job, inputs))
        .timeout(PATIENCE)
        .onErrorReturn(FileStoreException.class, away)
        .onErrorReturn(RejectedExecutionException.class, away)
        .onErrorReturn(TimeoutException.class, away);
  }

  private Found find(FileStore store, Job job, WideInputs inputs) {
    Map<String, Long> sizes = new HashMap<>();
    for (String fileId : inputs.fileIds()) {
      Optional<StoredFile> found = calls.used(store, job.owner(), fileId);
      if (found.isEmpty()) {
        return new Missing(Refused.about(Refusal.FILE_NOT_FOUND, inputs.whereIs(fileId)));
      }
      sizes.put(fileId, found.get().size());
    }
    List<GivenFile> sized = new ArrayList<>();
    for (GivenFile file : inputs.files()) {
      sized.add(file.ofSize(sizes.getOrDefault(file.fileId(), 0L)));
    }
    return new All(job.with(job.request().with(inputs.with(sized))));
  }
}
