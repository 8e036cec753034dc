package io.millrace.webhook.delivery;

import io.millrace.queue.Completion;
import io.millrace.queue.JobCodec;
import io.millrace.queue.JobQueue;
import io.millrace.queue.StrayCounter;
import io.millrace.queue.Topics;
import io.millrace.queue.UnreadableRecordException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import tools.jackson.core.JacksonException;

/**
 * The log of completions: messages, and markers of what became of them, told apart by a header.
 * Thread-safe.
 */
public final class DeliveryLog {

  private static final String KIND = "kind";
  private static final byte[] MARKER = "delivery".getBytes(StandardCharsets.US_ASCII);
  private static final String CAUSE = "cause";

  private final JobQueue queue;
  private final MessageReader messages;
  private final StrayCounter strays;

  public DeliveryLog(JobQueue queue, MessageReader messages, StrayCounter strays) {
    this.queue = queue;
    this.messages = messages;
    this.strays = strays;
  }

  /** A record of the log. */
  public sealed interface Entry {}

  /** The end of a job, to be delivered. */
  public record Message(Completion completion) implements Entry {}

  /** What became of one. */
  public record Marked(DeliveryMarker marker) implements Entry {}

  /** Neither, or of a newer build. */
  public record Unreadable(boolean newer, String cause) implements Entry {}

  /** What a record says. */
  public static Entry entry(ConsumerRecord<byte[], byte[]> record) {
    try {
      Header kind = record.headers().lastHeader(KIND);
      return kind == null
          ? new Message(JobCodec.decodeCompletion(record.value()))
          : new Marked(AttemptJson.JSON.readValue(record.value(), DeliveryMarker.class));
    } catch (UnreadableRecordException e) {
      return new Unreadable(e.isNewer(), String.valueOf(e.getMessage()));
    } catch (JacksonException e) {
      return new Unreadable(false, e.getOriginalMessage());
    }
  }

  /** Writes behind a message what became of it. May block while the broker is away. */
  public CompletableFuture<Long> mark(DeliveryMarker marker) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            Topics.COMPLETIONS,
            marker.delivery().jobId().toString().getBytes(StandardCharsets.US_ASCII),
            AttemptJson.JSON.writeValueAsBytes(marker));
    record.headers().add(KIND, MARKER);
    return queue.send(record);
  }

  /** Puts a record aside that is no message, with its bytes, headers and the cause. */
  public CompletableFuture<Long> putAside(
      ConsumerRecord<byte[], byte[]> record, Unreadable unreadable) {
    String topic = unreadable.newer() ? Topics.PARKED : Topics.DEAD_LETTERS;
    ProducerRecord<byte[], byte[]> copy =
        new ProducerRecord<>(topic, null, record.key(), record.value(), record.headers());
    copy.headers().add(CAUSE, unreadable.cause().getBytes(StandardCharsets.UTF_8));
    return queue
        .send(copy)
        .thenApply(
            offset -> {
              strays.count(topic);
              return offset;
            });
  }

  /** The message of a delivery; empty when the log has let go of it. */
  public Optional<Completion> messageOf(Delivery delivery) {
    return messages
        .read(delivery.offset())
        .map(DeliveryLog::entry)
        .flatMap(
            entry -> entry instanceof Message message ? Optional.of(message) : Optional.empty())
        .map(Message::completion)
        .filter(completion -> completion.jobId().equals(delivery.jobId()));
  }
}
