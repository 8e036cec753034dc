package io.millrace.gateway.webhook.api;

import io.millrace.gateway.request.PathId;
import io.millrace.store.JobArchive;
import io.millrace.webhook.delivery.Delivery;
import io.millrace.webhook.delivery.DeliveryArchive;
import io.millrace.webhook.delivery.DeliveryLog;
import io.millrace.webhook.delivery.DeliveryMarker;
import io.millrace.webhook.delivery.DeliveryReport;
import io.millrace.webhook.delivery.DeliveryState;
import io.millrace.webhook.delivery.DeliveryStore;
import io.millrace.webhook.delivery.DeliveryStore.Due;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.stereotype.Component;

/** Finds deliveries for those who may see them. Blocks for a round trip or two. */
@Component
final class Deliveries {

  private final DeliveryArchive archive;
  private final DeliveryStore store;
  private final DeliveryLog log;
  private final JobArchive jobs;

  Deliveries(DeliveryArchive archive, DeliveryStore store, DeliveryLog log, JobArchive jobs) {
    this.archive = archive;
    this.store = store;
    this.log = log;
    this.jobs = jobs;
  }

  /** What there is to say of a job's webhook. */
  sealed interface Found {}

  /** It has been tried, or will be. */
  record Known(DeliveryReport report) implements Found {}

  /** The job asked for none, or has not ended. */
  record NothingYet(UUID jobId) implements Found {}

  /** No such job, or another owner's. */
  record Unknown() implements Found {}

  Found find(String jobId, String owner) {
    return PathId.of(jobId).map(id -> find(id, owner)).orElseGet(Unknown::new);
  }

  /** Makes the delivery due now; shows it as it is then. */
  Found sendAgain(String jobId, String owner) {
    Found found = find(jobId, owner);
    if (found instanceof Known known) {
      UUID id = known.report().jobId();
      if (store.revive(id) instanceof Due due) {
        keepInTheLog(due.delivery(), known.report().attemptCount());
      }
      return find(id, owner);
    }
    return found;
  }

  /** So that the wish outlives Redis; asking again does no harm. */
  private void keepInTheLog(Delivery delivery, int attempts) {
    try {
      log.mark(DeliveryMarker.of(delivery, DeliveryState.PENDING, attempts, null)).join();
    } catch (CompletionException e) {
      throw new DataAccessResourceFailureException("Kafka did not confirm a delivery's marker", e);
    }
  }

  List<DeliveryReport> dead(String owner, int from, int most) {
    return archive.dead(owner, from, most);
  }

  private Found find(UUID jobId, String owner) {
    Optional<DeliveryReport> report = archive.find(jobId);
    if (report.isPresent()) {
      return report.get().owner().equals(owner) ? new Known(report.get()) : new Unknown();
    }
    return jobs.find(jobId).filter(job -> job.owner().equals(owner)).isPresent()
        ? new NothingYet(jobId)
        : new Unknown();
  }
}
