package io.millrace.gateway.job;

import io.millrace.store.JobArchive;
import io.millrace.store.JobStatus;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** Finds jobs for those who may see them. Blocks for one round trip. */
@Component
public final class JobLookup {

  private final JobArchive archive;

  JobLookup(JobArchive archive) {
    this.archive = archive;
  }

  /** The job of that name, if it is this owner's. */
  public Optional<JobStatus> find(String jobId, String owner) {
    return parse(jobId).flatMap(archive::find).filter(job -> job.owner().equals(owner));
  }

  private static Optional<UUID> parse(String jobId) {
    try {
      UUID parsed = UUID.fromString(jobId);
      return parsed.toString().equals(jobId.toLowerCase(Locale.ROOT))
          ? Optional.of(parsed)
          : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
