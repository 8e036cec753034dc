package io.millrace.worker;

import io.millrace.job.Reply;
import io.millrace.queue.QueueSettings;
import io.millrace.queue.ReplyLog;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessResourceFailureException;

/** Where replies are kept: small ones in the store with their job, large ones in the log. */
final class ReplyPlaces {

  /** The log drops what nobody has named for ten minutes. */
  private static final Duration WRITTEN_AGAIN_AFTER = Duration.ofMinutes(5);

  private final ReplyLog log;
  private final long largest;
  private final LongSupplier nanoTime;

  ReplyPlaces(ReplyLog log, QueueSettings settings, LongSupplier nanoTime) {
    this.log = log;
    this.largest = settings.largeReply().toBytes();
    this.nanoTime = nanoTime;
  }

  /** A place for one reply. */
  Place of(UUID jobId, Reply reply) {
    return new Place(jobId, reply);
  }

  /** Not thread-safe. */
  final class Place {

    private final UUID jobId;
    private final Reply reply;
    private @Nullable String address;
    private long writtenAt;

    private Place(UUID jobId, Reply reply) {
      this.jobId = jobId;
      this.reply = reply;
    }

    /**
     * The reply's address in the log, which has it now; null when the store is to keep it.
     *
     * @throws DataAccessResourceFailureException when Kafka is away: ask again
     */
    @Nullable String address() {
      if (reply.bytes() <= largest) {
        return null;
      }
      long now = nanoTime.getAsLong();
      if (address == null || now - writtenAt > WRITTEN_AGAIN_AFTER.toNanos()) {
        try {
          address = log.write(jobId, reply).join();
          writtenAt = now;
        } catch (CompletionException | IllegalStateException e) {
          throw new DataAccessResourceFailureException("Kafka did not take a large reply", e);
        }
      }
      return address;
    }
  }
}
