package io.millrace.queue;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.millrace.job.Job;
import io.millrace.trace.Traceparent;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.springframework.kafka.core.KafkaTemplate;

/**
 * Writes to the log. A future that completes well means that every in-sync copy of the log has the
 * record, by {@code acks=all}, in memory at least; one that fails means that nobody knows.
 * Thread-safe. A call may block for up to the producer's {@code max.block.ms} while the broker is
 * away.
 */
public final class JobQueue {

  private final KafkaTemplate<byte[], byte[]> kafka;

  public JobQueue(KafkaTemplate<byte[], byte[]> kafka) {
    this.kafka = kafka;
  }

  /** Enqueues a job at the end of a lane; answers its offset. */
  public CompletableFuture<Long> enqueue(Lane lane, Job job) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(lane.topic(), JobCodec.encode(job));
    if (job.traceparent() != null) {
      // For tools that read the log; workers read the job itself, which is copied when it is
      // rescued.
      record.headers().add(Traceparent.HEADER, job.traceparent().getBytes(US_ASCII));
    }
    return send(record);
  }

  /** Enqueues an encoded job at the end of a lane; answers its offset. */
  public CompletableFuture<Long> enqueue(Lane lane, byte[] encodedJob) {
    return send(new ProducerRecord<>(lane.topic(), encodedJob));
  }

  /**
   * Learns where the lanes are, so that the first job need not wait for it; throws when it fails.
   */
  public void findLanes() {
    for (Lane lane : Lane.values()) {
      kafka.partitionsFor(lane.topic());
    }
  }

  /**
   * Writes a record that nobody reads. The first record of a producer waits for what later ones
   * find: a number from the broker, a connection, code that has run.
   */
  public CompletableFuture<Long> warmUp() {
    return send(new ProducerRecord<>(Topics.WARM_UP, new byte[0]));
  }

  /** Writes a completion to the log. */
  public CompletableFuture<Long> complete(Completion completion) {
    return send(new ProducerRecord<>(Topics.COMPLETIONS, JobCodec.encode(completion)));
  }

  /** Writes any other record; answers its offset. */
  public CompletableFuture<Long> send(ProducerRecord<byte[], byte[]> record) {
    try {
      return kafka.send(record).thenApply(sent -> sent.getRecordMetadata().offset());
    } catch (RuntimeException e) {
      // Spring throws what the producer knows at once: too large a record, a broker long away.
      return CompletableFuture.failedFuture(e);
    }
  }
}
