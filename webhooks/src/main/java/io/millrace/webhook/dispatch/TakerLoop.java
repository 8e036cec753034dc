package io.millrace.webhook.dispatch;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.queue.Topics;
import io.millrace.webhook.delivery.LogProgress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One member of the share group of dispatchers: polls, has each record taken, acknowledges it.
 * While Redis takes no writes it gives its record back and does not poll, since the broker drops,
 * in silence, what is given back too often; for the same reason the log is read again afterwards,
 * from the first such record on.
 */
final class TakerLoop implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(TakerLoop.class);
  private static final Duration POLL = Duration.ofSeconds(1);
  private static final long PAUSE_MS = 200;

  private final Supplier<ShareConsumer<byte[], byte[]>> consumers;
  private final CompletionTaker taker;
  private final DueClaimer claimer;
  private final LogProgress progress;
  private final BooleanSupplier storeTakesWrites;
  private final Counter failedTakes;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private volatile Runnable wakeUp = () -> {};

  TakerLoop(
      Supplier<ShareConsumer<byte[], byte[]>> consumers,
      CompletionTaker taker,
      DueClaimer claimer,
      LogProgress progress,
      BooleanSupplier storeTakesWrites,
      MeterRegistry meters) {
    this.consumers = consumers;
    this.taker = taker;
    this.claimer = claimer;
    this.progress = progress;
    this.storeTakesWrites = storeTakesWrites;
    this.failedTakes = meters.counter("millrace.webhook.takes.failed");
  }

  @Override
  public void run() {
    while (isRunning()) {
      try (ShareConsumer<byte[], byte[]> consumer = consumers.get()) {
        wakeUp = consumer::wakeup;
        consumer.subscribe(List.of(Topics.COMPLETIONS));
        takeAll(consumer);
      } catch (WakeupException e) {
        LOG.debug("Told to stop taking");
      } catch (RuntimeException e) {
        LOG.warn("The log of completions cannot be read; trying again", e);
        pause();
      }
    }
  }

  /** Ends the loop; what it holds goes back to the broker. */
  void stop() {
    stopped.countDown();
    wakeUp.run();
  }

  private void takeAll(ShareConsumer<byte[], byte[]> consumer) {
    while (isRunning()) {
      boolean taken = true;
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        taken &= take(consumer, record);
      }
      if (!taken) {
        consumer.commitSync();
        awaitStore();
      }
    }
  }

  private boolean take(
      ShareConsumer<byte[], byte[]> consumer, ConsumerRecord<byte[], byte[]> record) {
    try {
      taker.take(record);
      progress.comeFurther();
      consumer.acknowledge(record, AcknowledgeType.ACCEPT);
      return true;
    } catch (RuntimeException e) {
      LOG.warn(
          "Completion {} cannot be written down; it goes back to the log until Redis takes it",
          record.offset(),
          e);
      failedTakes.increment();
      claimer.doubt(record.offset());
      consumer.acknowledge(record, AcknowledgeType.RELEASE);
      return false;
    }
  }

  private void awaitStore() {
    do {
      pause();
    } while (isRunning() && !storeTakesWrites.getAsBoolean());
  }

  private boolean isRunning() {
    return stopped.getCount() > 0;
  }

  private void pause() {
    try {
      stopped.await(PAUSE_MS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      stopped.countDown();
    }
  }
}
