package io.millrace.gateway.reply;

import io.millrace.gateway.queue.StoreCalls;
import io.millrace.job.ReplyBody;
import io.millrace.store.JobArchive;
import io.millrace.store.StoredReply;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
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
  private static final int BATCH = 100;

  private final ReplyAwaiter awaiter;
  private final JobArchive archive;
  private final StoreCalls stores;
  private final Replies replies;
  private final Set<UUID> beingRead = ConcurrentHashMap.newKeySet();

  ReplyChannel(ReplyAwaiter awaiter, JobArchive archive, StoreCalls stores, Replies replies) {
    this.replies = replies;
    this.awaiter = awaiter;
    this.archive = archive;
    this.stores = stores;
  }

  @Override
  public void onMessage(Message message, byte @Nullable [] pattern) {
    StoredReply.Message ended = StoredReply.ofMessage(message.getBody());
    if (ended.reply() != null) {
      deliver(ended.reply());
    } else {
      stores.execute(() -> askFor(List.of(ended.jobId())));
    }
  }

  /** The channel is there, or there again: what was said meanwhile is asked for. */
  @Override
  public void onChannelSubscribed(byte[] channel, long count) {
    stores.execute(this::askForAll);
  }

  /** Asks for the replies to all awaited jobs, some at a time. */
  void askForAll() {
    askFor(awaiter.awaited());
  }

  private void askFor(List<UUID> jobs) {
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

  /** At once when the body is here; a large one is read from the log, once at a time. */
  private void deliver(StoredReply reply) {
    if (reply.body() instanceof ReplyBody.Whole) {
      replies.answer(reply).subscribe(answer -> awaiter.deliver(reply.jobId(), answer));
    } else if (beingRead.add(reply.jobId())) {
      replies
          .answer(reply)
          .doFinally(signal -> beingRead.remove(reply.jobId()))
          .subscribe(
              answer -> awaiter.deliver(reply.jobId(), answer),
              failure ->
                  log.warn(
                      "Kafka did not give the reply of job {}; it is asked again at the next beat",
                      reply.jobId()));
    }
  }
}
