package io.millrace.queue;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.job.Reply;
import io.millrace.job.ReplyBody;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;

/**
 * The replies that are too large for the store, as records: the job's id is the key, the two parts
 * of the body are the value. An address is {@code TOPIC_ID:OFFSET}, since a topic that is made anew
 * uses its offsets again. Thread-safe.
 */
public final class ReplyLog implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final TopicPartition LOG = new TopicPartition(Topics.REPLIES, 0);
  private static final String HEAD_LENGTH = "head-length";

  /** Large replies are read so many at a time: what a reader holds in memory is bounded. */
  private static final int READERS = 2;

  private final JobQueue queue;
  private final Supplier<Consumer<byte[], byte[]>> consumers;
  private final Supplier<String> topicId;
  private final Semaphore permits = new Semaphore(READERS, true);
  private final BlockingQueue<Consumer<byte[], byte[]>> idle = new LinkedBlockingQueue<>();

  /**
   * Opens nothing yet.
   *
   * @param consumers fetch one record at a time, and fail where an offset is not there
   * @param topicId which topic has the name now; asked at each write and read
   */
  public ReplyLog(
      JobQueue queue, Supplier<Consumer<byte[], byte[]>> consumers, Supplier<String> topicId) {
    this.queue = queue;
    this.consumers = consumers;
    this.topicId = topicId;
  }

  /** Writes a reply; its address when the broker has it on disk. */
  public CompletableFuture<String> write(UUID jobId, Reply reply) {
    byte[] head = reply.head().getBytes(UTF_8);
    byte[] tail = reply.tail().getBytes(UTF_8);
    byte[] both = Arrays.copyOf(head, head.length + tail.length);
    System.arraycopy(tail, 0, both, head.length, tail.length);
    ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(Topics.REPLIES, key(jobId), both);
    record.headers().add(HEAD_LENGTH, Integer.toString(head.length).getBytes(US_ASCII));
    String topic = topicId.get();
    return queue.send(record).thenApply(offset -> topic + ":" + offset);
  }

  /**
   * The whole body of a job's reply; empty when the log does not have it any more.
   *
   * @throws LogAwayException when the broker does not answer within five seconds
   */
  public Optional<String> read(UUID jobId, ReplyBody body) {
    if (body instanceof ReplyBody.Whole whole) {
      return Optional.of(whole.text());
    }
    ReplyBody.InLog inLog = (ReplyBody.InLog) body;
    int colon = inLog.address().indexOf(':');
    try {
      if (!inLog.address().substring(0, colon).equals(topicId.get())) {
        return Optional.empty();
      }
      return read(Long.parseLong(inLog.address().substring(colon + 1)))
          .filter(record -> Arrays.equals(record.key(), key(jobId)))
          .map(record -> body(record, inLog.times()));
    } catch (KafkaException | IllegalStateException e) {
      throw new LogAwayException("Kafka did not give the reply at " + inLog.address(), e);
    }
  }

  private static byte[] key(UUID jobId) {
    return jobId.toString().getBytes(US_ASCII);
  }

  private static String body(ConsumerRecord<byte[], byte[]> record, String times) {
    Header header = record.headers().lastHeader(HEAD_LENGTH);
    int head = Integer.parseInt(new String(header.value(), US_ASCII));
    byte[] both = record.value();
    return Reply.body(
        new String(both, 0, head, UTF_8), times, new String(both, head, both.length - head, UTF_8));
  }

  private Optional<ConsumerRecord<byte[], byte[]>> read(long offset) {
    permits.acquireUninterruptibly();
    try {
      Consumer<byte[], byte[]> kept = idle.poll();
      Consumer<byte[], byte[]> consumer = kept == null ? open() : kept;
      boolean good = false;
      try {
        Optional<ConsumerRecord<byte[], byte[]>> found = read(consumer, offset);
        good = true;
        return found;
      } finally {
        if (!good || !idle.offer(consumer)) {
          consumer.close();
        }
      }
    } finally {
      permits.release();
    }
  }

  private static Optional<ConsumerRecord<byte[], byte[]>> read(
      Consumer<byte[], byte[]> consumer, long offset) {
    consumer.seek(LOG, offset);
    try {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(PATIENCE).records(LOG)) {
        return record.offset() == offset ? Optional.of(record) : Optional.empty();
      }
    } catch (OffsetOutOfRangeException e) {
      return Optional.empty();
    }
    throw new KafkaException("Kafka did not answer with the reply at " + offset);
  }

  private Consumer<byte[], byte[]> open() {
    Consumer<byte[], byte[]> consumer = consumers.get();
    consumer.assign(Set.of(LOG));
    return consumer;
  }

  @Override
  public void close() {
    for (Consumer<byte[], byte[]> each = idle.poll(); each != null; each = idle.poll()) {
      each.close();
    }
  }
}
