package io.millrace.gateway.compat.nca;

import io.millrace.store.JobArchive;
import io.millrace.store.JobArchive.Page;
import io.millrace.store.JobArchive.Place;
import io.millrace.store.JobArchive.Question;
import io.millrace.store.JobStatus;
import io.millrace.store.ListedJob;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The states of a key's jobs, as far as the list of its last 1,000 goes. Thread-safe; blocks. */
@Component
final class RecentJobs {

  private static final int PAGE = 100;
  private static final double MICROS = 1e6;

  private final JobArchive archive;
  private final Clock clock;

  @Autowired
  RecentJobs(JobArchive archive) {
    this(archive, Clock.systemUTC());
  }

  RecentJobs(JobArchive archive, Clock clock) {
    this.archive = archive;
    this.clock = clock;
  }

  /** By job, newest first: those that were accepted, started or ended since so many seconds. */
  ObjectNode since(String owner, double seconds) {
    long from =
        ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant()) - (long) (seconds * MICROS);
    ObjectNode states = JsonNodeFactory.instance.objectNode();
    Place after = null;
    do {
      Page page = archive.list(owner, new Question(null, null, after, PAGE));
      page.jobs().stream()
          .map(ListedJob::job)
          .filter(job -> changed(job) >= from)
          .forEach(job -> states.put(job.jobId().toString(), ToolkitEnvelope.word(job.state())));
      after = page.next();
    } while (after != null);
    return states;
  }

  private static long changed(JobStatus job) {
    return LongStream.of(time(job.acceptedAt()), time(job.startedAt()), time(job.finishedAt()))
        .max()
        .orElseThrow();
  }

  private static long time(@Nullable Long micros) {
    return micros == null ? 0 : micros;
  }
}
