package io.millrace.gateway.job;

import io.millrace.gateway.request.PathId;
import io.millrace.store.JobArchive;
import io.millrace.store.JobStatus;
import java.util.Optional;
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
    return PathId.of(jobId).flatMap(archive::find).filter(job -> job.owner().equals(owner));
  }
}
