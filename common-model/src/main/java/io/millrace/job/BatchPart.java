package io.millrace.job;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A job's place in its batch, with what is needed to know the batch again where Redis has forgotten
 * it.
 *
 * @param index its place among the batch's inputs, from 0 on
 * @param round which time the job at this place is run: 0, then one more by each retry
 * @param count jobs of the batch
 * @param acceptedAt of the batch: microseconds since the epoch by the clock of Redis
 * @param maxRunning how many of the batch run at once; 0 for no limit
 * @param webhookUrl where the end of the whole batch is told, or null
 * @param delivery what that message is known by in this round
 * @param program where the log has the program that all of them share
 */
public record BatchPart(
    UUID batchId,
    int index,
    int round,
    int count,
    long acceptedAt,
    int maxRunning,
    @Nullable String webhookUrl,
    UUID delivery,
    long program) {

  /** The place of another job of the same round. */
  public BatchPart at(int otherIndex) {
    return new BatchPart(
        batchId, otherIndex, round, count, acceptedAt, maxRunning, webhookUrl, delivery, program);
  }

  /** The same in a later round, whose end is told by another message. */
  public BatchPart again(int laterRound, UUID laterDelivery) {
    return new BatchPart(
        batchId,
        index,
        laterRound,
        count,
        acceptedAt,
        maxRunning,
        webhookUrl,
        laterDelivery,
        program);
  }

  /** The same, let in at this time, its program at this place of the log. */
  public BatchPart accepted(long at, long programAt) {
    return new BatchPart(
        batchId, index, round, count, at, maxRunning, webhookUrl, delivery, programAt);
  }
}
