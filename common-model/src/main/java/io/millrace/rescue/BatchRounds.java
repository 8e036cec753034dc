package io.millrace.rescue;

import io.millrace.queue.BatchLog;
import io.millrace.queue.Completion;
import io.millrace.queue.JobQueue;
import io.millrace.queue.RecordReader;
import io.millrace.store.BatchStatus;
import io.millrace.store.BatchStore;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What batches need beside their jobs, by any instance: how their jobs ended is written into the
 * log, so that their counts are true even if Redis is emptied; their own ends get there for their
 * webhooks; and what Redis had forgotten is read from the log again.
 */
public final class BatchRounds {

  private static final Logger log = LoggerFactory.getLogger(BatchRounds.class);
  private static final int ENDS = 2000;
  private static final int MESSAGES = 100;

  private final BatchStore batches;
  private final BatchLog batchLog;
  private final JobQueue queue;
  private final String instance = UUID.randomUUID().toString();

  public BatchRounds(BatchStore batches, BatchLog batchLog, JobQueue queue) {
    this.batches = batches;
    this.batchLog = batchLog;
    this.queue = queue;
  }

  /** One round of all three; throws when Redis or the broker is away. */
  public void run() {
    logEnds();
    publishMessages();
    readEndsAgain();
  }

  private void logEnds() {
    List<String> ends;
    do {
      ends = batches.takeEnds(instance, ENDS);
      if (!ends.isEmpty()) {
        batchLog.writeEnds(ends).join();
        batches.endsLogged(instance, ends.size());
      }
    } while (ends.size() == ENDS);
  }

  private void publishMessages() {
    for (UUID batchId : batches.unpublished(MESSAGES)) {
      batches.find(batchId).ifPresent(this::publish);
    }
  }

  private void publish(BatchStatus batch) {
    String url = batch.webhookUrl();
    if (url != null && batch.ended()) {
      queue
          .complete(
              new Completion(
                  batch.delivery(), batch.owner(), url, batch.message(), null, batch.batchId()))
          .join();
      batches.told(batch.batchId(), batch.delivery());
    }
  }

  private void readEndsAgain() {
    Map<UUID, Long> forgotten = batches.forgotten(instance);
    if (forgotten.isEmpty()) {
      return;
    }
    long since = forgotten.values().stream().mapToLong(Long::longValue).min().orElseThrow();
    batchLog.scanEnds(
        since / 1000 - RecordReader.CLOCK_SKEW_MILLIS,
        ends -> {
          List<String> theirs =
              ends.stream()
                  .filter(end -> forgotten.containsKey(UUID.fromString(end.substring(0, 36))))
                  .toList();
          if (!theirs.isEmpty()) {
            batches.endedBefore(theirs);
          }
        });
    batches.knownAgain(List.copyOf(forgotten.keySet()));
    log.info("{} batches were forgotten by Redis; their counts are true again", forgotten.size());
  }
}
