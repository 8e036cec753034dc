package io.millrace.gateway.reply;

import io.millrace.gateway.queue.StoreCalls;
import io.millrace.store.JobArchive;
import io.millrace.store.StoredReply;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.Message;
import org.springframework.data.redis.connection.MessageListener;
import org.springframework.data.redis.connection.SubscriptionListener;

/** Brings replies to those who wait: by message, and by asking for what no message told. */
final class ReplyChannel implements MessageListener, SubscriptionListener {

  private static final Logger log = LoggerFactory.getLogger(ReplyChannel.class);
  private static final int ID_LENGTH = 36;
  private static final int HEAD_LENGTH = 39;
  private static final int BATCH = 100;

  private final ReplyAwaiter awaiter;
  private final JobArchive archive;
  private final StoreCalls stores;

  ReplyChannel(ReplyAwaiter awaiter, JobArchive archive, StoreCalls stores) {
    this.awaiter = awaiter;
    this.archive = archive;
    this.stores = stores;
  }

  @Override
  public void onMessage(Message message, byte @Nullable [] pattern) {
    byte[] bytes = message.getBody();
    String head = new String(bytes, 0, HEAD_LENGTH, StandardCharsets.US_ASCII);
    awaiter.deliver(
        UUID.fromString(head.substring(0, ID_LENGTH)),
        new Awaited.Answer(
            Integer.parseInt(head.substring(ID_LENGTH)),
            Arrays.copyOfRange(bytes, HEAD_LENGTH, bytes.length)));
  }

  /** The channel is there, or there again: what was said meanwhile is asked for. */
  @Override
  public void onChannelSubscribed(byte[] channel, long count) {
    stores.execute(this::askForAll);
  }

  /** Asks for the replies to all awaited jobs, some at a time. */
  void askForAll() {
    List<UUID> jobs = awaiter.awaited();
    try {
      for (int from = 0; from < jobs.size(); from += BATCH) {
        archive
            .replies(jobs.subList(from, Math.min(from + BATCH, jobs.size())))
            .forEach(this::deliver);
      }
    } catch (DataAccessException e) {
      log.warn("Redis did not say which jobs have ended; it is asked again at the next beat");
    }
  }

  private void deliver(StoredReply reply) {
    awaiter.deliver(
        reply.jobId(),
        new Awaited.Answer(reply.status(), reply.body().getBytes(StandardCharsets.UTF_8)));
  }
}
