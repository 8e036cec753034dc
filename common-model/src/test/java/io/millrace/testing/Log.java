package io.millrace.testing;

import io.millrace.job.Job;
import io.millrace.queue.BatchLog;
import io.millrace.queue.JobCodec;
import io.millrace.queue.JobQueue;
import io.millrace.queue.Lane;
import io.millrace.queue.LaneProgress;
import io.millrace.queue.QueueClients;
import io.millrace.queue.RecordPointer;
import io.millrace.queue.RecordReader;
import io.millrace.queue.ReplyLog;
import io.millrace.queue.TopicIds;
import io.millrace.queue.Topics;
import io.millrace.queue.UnreadableRecordException;
import io.millrace.standalone.testing.SharedInfrastructure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.common.TopicPartition;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;
import org.springframework.kafka.core.KafkaTemplate;

/** The log on one broker, and what a worker does with it. */
public final class Log implements AutoCloseable {

  private static final Duration SHORTLY = Duration.ofMillis(300);

  public final QueueClients clients;
  public final Admin admin;
  public final KafkaTemplate<byte[], byte[]> kafka;
  public final JobQueue queue;
  public final TopicIds topics;
  public final RecordReader records;
  public final LaneProgress progress;
  public final ReplyLog replies;
  public final BatchLog batches;

  private Log(String bootstrapServers) {
    clients = clients(bootstrapServers);
    admin = clients.admin();
    kafka = clients.producer();
    queue = new JobQueue(kafka);
    progress = new LaneProgress(admin);
    topics = new TopicIds(admin);
    records = new RecordReader(clients::reader, topics);
    replies = new ReplyLog(queue, clients::singleRecordReader, () -> topics.of(Topics.REPLIES));
    batches = new BatchLog(queue, records, clients::singleRecordReader);
  }

  /** On the broker that all tests of this JVM share; nothing waits in its lanes. */
  public static Log drained() {
    Log log = new Log(SharedInfrastructure.get().bootstrapServers());
    new Topics(log.admin, Store.SETTINGS, 1).ensure();
    log.drain();
    return log;
  }

  public static QueueClients clients(String bootstrapServers) {
    KafkaProperties properties = new KafkaProperties();
    properties.setBootstrapServers(List.of(bootstrapServers));
    return new QueueClients(properties);
  }

  public RecordPointer send(Lane lane, Job job) throws Exception {
    return at(lane, queue.enqueue(lane, job).get(10, TimeUnit.SECONDS));
  }

  private RecordPointer at(Lane lane, long offset) {
    return new RecordPointer(lane, topics.now(lane.topic()), offset);
  }

  /** The workers pass over all that is there now. */
  public void drain() {
    Map<TopicPartition, Long> ends = new HashMap<>();
    for (Lane lane : Lane.values()) {
      ends.put(new TopicPartition(lane.topic(), 0), progress.end(lane));
    }
    try {
      admin.alterShareGroupOffsets(Topics.WORKERS, ends).all().get(20, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Deletes a lane's topic, and makes it again. */
  public void makeAnew(Lane lane) throws Exception {
    admin.deleteTopics(List.of(lane.topic())).all().get(20, TimeUnit.SECONDS);
    new Topics(admin, Store.SETTINGS, 1).ensure();
  }

  /** Takes what is in both lanes as a worker does, and is done with each record. */
  public List<Job> work(BiConsumer<Job, RecordPointer> each) {
    List<Job> taken = new ArrayList<>();
    for (Lane lane : Lane.values()) {
      try (ShareConsumer<byte[], byte[]> worker = clients.shareConsumer(Topics.WORKERS, 100)) {
        worker.subscribe(List.of(lane.topic()));
        long end = progress.end(lane);
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (progress.start(lane) < end) {
          if (System.nanoTime() > deadline) {
            throw new AssertionError("The workers do not come to the end of " + lane);
          }
          for (ConsumerRecord<byte[], byte[]> record : worker.poll(SHORTLY)) {
            Job job = decode(record.value());
            taken.add(job);
            each.accept(job, at(lane, record.offset()));
            worker.acknowledge(record, AcknowledgeType.ACCEPT);
            worker.commitSync(Duration.ofSeconds(5));
          }
        }
      }
    }
    return taken;
  }

  private static Job decode(byte[] bytes) {
    try {
      return JobCodec.decodeJob(bytes);
    } catch (UnreadableRecordException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    replies.close();
    admin.close();
    kafka.getProducerFactory().reset();
  }
}
