package io.millrace.queue;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.millrace.job.BatchPart;
import io.millrace.job.ExecutionRequest;
import io.millrace.job.Job;
import io.millrace.job.WideInputs;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * What is written once for all jobs of a batch: the program that they share, by the batch's id as
 * the key; and how these jobs ended, many in a record without a key, for a Redis that forgets it.
 * Thread-safe.
 */
public final class BatchLog {

  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final TopicPartition LOG = new TopicPartition(Topics.BATCHES, 0);

  /** Programs that are kept in memory: of the batches whose jobs run just now. */
  private static final int KEPT = 8;

  private final JobQueue queue;
  private final RecordReader records;
  private final Supplier<Consumer<byte[], byte[]>> consumers;
  private final Map<UUID, Job> programs =
      new LinkedHashMap<>(KEPT, 1, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<UUID, Job> eldest) {
          return size() > KEPT;
        }
      };

  /**
   * Opens nothing yet.
   *
   * @param consumers fetch one record at a time, and fail where an offset is not there
   */
  public BatchLog(
      JobQueue queue, RecordReader records, Supplier<Consumer<byte[], byte[]>> consumers) {
    this.queue = queue;
    this.records = records;
    this.consumers = consumers;
  }

  /** Writes what the jobs of a batch share; its place when every in-sync copy has it. */
  public CompletableFuture<Long> writeProgram(UUID batchId, Job shared) {
    return queue.send(new ProducerRecord<>(Topics.BATCHES, key(batchId), JobCodec.encode(shared)));
  }

  /** A job as it leaves its batch: without what the batch's program has. */
  public static Job withoutProgram(Job shared, String inputJson) {
    ExecutionRequest request = shared.request();
    WideInputs wide = request.wide() == null ? WideInputs.NONE : request.wide();
    return shared.with(request.withoutCode().with(wide.own(inputJson)));
  }

  /**
   * The whole job: what it shares with its batch, and its own input; a job of no batch as it is.
   *
   * @return empty when the log has let go of the program
   * @throws LogAwayException when the broker does not answer within five seconds
   */
  public Optional<Job> whole(Job job) {
    BatchPart part = job.batch();
    return part == null
        ? Optional.of(job)
        : program(part).map(shared -> job.with(both(shared.request(), job.request())));
  }

  private static ExecutionRequest both(ExecutionRequest shared, ExecutionRequest own) {
    String input = own.wide() == null ? null : own.wide().inputJson();
    WideInputs wide = shared.wide() == null ? WideInputs.NONE : shared.wide();
    return shared.with(input == null ? wide : wide.with(input));
  }

  private Optional<Job> program(BatchPart part) {
    synchronized (programs) {
      Job known = programs.get(part.batchId());
      if (known != null) {
        return Optional.of(known);
      }
      Optional<Job> read = read(part);
      read.ifPresent(program -> programs.put(part.batchId(), program));
      return read;
    }
  }

  private Optional<Job> read(BatchPart part) {
    try (Consumer<byte[], byte[]> consumer = consumers.get()) {
      consumer.assign(Set.of(LOG));
      consumer.seek(LOG, part.program());
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(PATIENCE).records(LOG)) {
        return record.offset() == part.program() && Arrays.equals(record.key(), key(part.batchId()))
            ? Optional.of(JobCodec.decodeJob(record.value()))
            : Optional.empty();
      }
      throw new LogAwayException(
          "Kafka did not give the program of batch " + part.batchId(), new KafkaException());
    } catch (OffsetOutOfRangeException | UnreadableRecordException e) {
      return Optional.empty();
    } catch (KafkaException e) {
      throw new LogAwayException("Kafka did not give the program of batch " + part.batchId(), e);
    }
  }

  /** Writes how jobs ended: of each a line, as the store has it. */
  public CompletableFuture<Long> writeEnds(List<String> ends) {
    return queue.send(
        new ProducerRecord<>(Topics.BATCHES, String.join("\n", ends).getBytes(US_ASCII)));
  }

  /** Shows the ends that the log got at {@code sinceMillis} or later, in the order of the log. */
  public void scanEnds(long sinceMillis, java.util.function.Consumer<List<String>> each) {
    records.scanSince(
        Topics.BATCHES,
        sinceMillis,
        record -> {
          if (record.key() == null) {
            each.accept(List.of(new String(record.value(), US_ASCII).split("\n")));
          }
        });
  }

  private static byte[] key(UUID batchId) {
    return batchId.toString().getBytes(US_ASCII);
  }
}
