package io.millrace.webhook.dispatch;

import io.millrace.job.AboutJob;
import io.millrace.queue.Completion;
import io.millrace.webhook.WebhookTarget;
import io.millrace.webhook.delivery.Delivery;
import io.millrace.webhook.delivery.DeliveryLog;
import io.millrace.webhook.delivery.DeliveryLog.Message;
import io.millrace.webhook.delivery.DeliveryLog.Unreadable;
import io.millrace.webhook.delivery.DeliveryStore;
import java.time.Duration;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes one record of the log of completions: writes its delivery down and begins it. When this
 * returns, the record may be acknowledged; when it throws, nothing is known and the record must be
 * given back.
 */
final class CompletionTaker {

  private static final Logger LOG = LoggerFactory.getLogger(CompletionTaker.class);

  private final DeliveryStore store;
  private final DeliveryLog log;
  private final ReceiverLimits receivers;
  private final WebhookDispatcher dispatcher;
  private final Duration lease;

  CompletionTaker(
      DeliveryStore store,
      DeliveryLog log,
      ReceiverLimits receivers,
      WebhookDispatcher dispatcher,
      Duration lease) {
    this.store = store;
    this.log = log;
    this.receivers = receivers;
    this.dispatcher = dispatcher;
    this.lease = lease;
  }

  void take(ConsumerRecord<byte[], byte[]> record) {
    DeliveryLog.Entry entry = DeliveryLog.entry(record);
    if (entry instanceof Message message) {
      try (var about = AboutJob.log(message.completion().jobId())) {
        begin(message.completion(), record);
      }
    } else if (entry instanceof Unreadable unreadable) {
      LOG.error(
          "Record {} of the log of completions is put aside: {}",
          record.offset(),
          unreadable.cause());
      log.putAside(record, unreadable).join();
    }
  }

  private void begin(Completion completion, ConsumerRecord<byte[], byte[]> record) {
    LOG.debug("Job {}: its end was taken; its delivery is written down next", completion.jobId());
    Delivery begun = DeliveryStore.begun(completion, record.offset());
    Optional<WebhookTarget> target = WebhookTarget.of(completion.webhookUrl());
    Turn next =
        target.isPresent() ? receivers.enter(begun, target.get()) : new Turn.Later(Duration.ZERO);
    if (next instanceof Turn.Now turn) {
      attempt(completion, record, target.orElseThrow(), turn);
    } else if (next instanceof Turn.Later full) {
      store.takeForLater(completion, record.offset(), record.timestamp(), full.comeAgain());
    }
  }

  private void attempt(
      Completion completion,
      ConsumerRecord<byte[], byte[]> record,
      WebhookTarget target,
      Turn.Now turn) {
    Optional<Delivery> taken;
    try {
      taken = store.take(completion, record.offset(), record.timestamp(), lease);
    } catch (RuntimeException e) {
      turn.leave().run();
      throw e;
    }
    taken.ifPresentOrElse(
        delivery -> dispatcher.dispatch(delivery, target, completion, turn), turn.leave());
  }
}
