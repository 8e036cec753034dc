package io.millrace.worker;

import io.millrace.job.ExecutionRequest;
import io.millrace.job.Job;
import io.millrace.queue.JobQueue;
import io.millrace.queue.Lane;
import io.millrace.queue.QueueClients;
import io.millrace.queue.QueueSettings;
import io.millrace.queue.Topics;
import io.millrace.standalone.EmbeddedRedis;
import io.millrace.standalone.testing.Eventually;
import io.millrace.standalone.testing.SharedInfrastructure;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;
import org.springframework.context.ConfigurableApplicationContext;

/** A worker that cannot reach Redis, beside others that can. */
@Tag("services")
class AwayRedisTest {

  private static final Duration SOON = Duration.ofSeconds(10);

  @TempDir private Path folder;

  private final QueueClients clients = clients();

  @Test
  void aRecordThatCameBackFromOthersIsNotHeldByAWorkerWithoutRedis() {
    ExecutionRequest request = new ExecutionRequest("pass", 5, null, null);
    Job job = new Job(UUID.randomUUID(), "tester", request, 1, null, null);
    JobQueue queue = new JobQueue(clients.producer());
    try (EmbeddedRedis redis = EmbeddedRedis.start(folder, 0);
        ConfigurableApplicationContext worker = start(redis)) {
      SlotPool slots = worker.getBean(SlotPool.class);
      Eventually.holds(() -> slots.ready() == 2);
      redis.kill();
      StoreWatch store = worker.getBean(StoreWatch.class);
      Eventually.holds(() -> !store.takesJobs());
      // Two workers that had lost Redis give it back: this one would be the third to have it.
      try (ShareConsumer<byte[], byte[]> others = member()) {
        queue.enqueue(Lane.BULK, job).join();
        for (int delivery = 1; delivery <= 2; delivery++) {
          acknowledge(others, take(others, job), AcknowledgeType.RELEASE);
        }
      }
      try (ShareConsumer<byte[], byte[]> sound = member()) {
        // Within a moment, not at the end of the lock.
        acknowledge(sound, take(sound, job), AcknowledgeType.ACCEPT);
      }
    }
  }

  private static void acknowledge(
      ShareConsumer<byte[], byte[]> member,
      ConsumerRecord<byte[], byte[]> record,
      AcknowledgeType how) {
    member.acknowledge(record, how);
    member.commitSync(SOON);
  }

  private static QueueClients clients() {
    KafkaProperties properties = new KafkaProperties();
    properties.setBootstrapServers(List.of(SharedInfrastructure.get().bootstrapServers()));
    return new QueueClients(properties);
  }

  @BeforeEach
  void makeTopics() {
    QueueSettings settings =
        new Binder(new MapConfigurationPropertySource(Map.of()))
            .bindOrCreate("millrace.queue", QueueSettings.class);
    try (Admin admin = clients.admin()) {
      new Topics(admin, settings, 1).ensure();
    }
  }

  private ShareConsumer<byte[], byte[]> member() {
    ShareConsumer<byte[], byte[]> member = clients.shareConsumer(Topics.WORKERS, 100);
    member.subscribe(List.of(Lane.BULK.topic()));
    return member;
  }

  private static ConsumerRecord<byte[], byte[]> take(
      ShareConsumer<byte[], byte[]> member, Job job) {
    long deadline = System.nanoTime() + SOON.toNanos();
    while (System.nanoTime() < deadline) {
      for (ConsumerRecord<byte[], byte[]> record : member.poll(Duration.ofMillis(200))) {
        if (isOf(job, record)) {
          return record;
        }
        member.acknowledge(record, AcknowledgeType.ACCEPT);
      }
    }
    throw new AssertionError("the record of " + job.jobId() + " is with somebody else");
  }

  private static boolean isOf(Job job, ConsumerRecord<byte[], byte[]> record) {
    return new String(record.value(), StandardCharsets.UTF_8).contains(job.jobId().toString());
  }

  private static ConfigurableApplicationContext start(EmbeddedRedis redis) {
    return new SpringApplicationBuilder(WorkerApplication.class)
        .properties("spring.config.name=worker")
        .run(
            "--server.port=0",
            "--management.server.port=0",
            "--spring.kafka.bootstrap-servers=" + SharedInfrastructure.get().bootstrapServers(),
            "--spring.data.redis.host=" + redis.host(),
            "--spring.data.redis.port=" + redis.port(),
            "--millrace.worker.slots=2",
            "--millrace.worker.drain-grace=1s",
            "--millrace.sandbox.python=/usr/bin/python3");
  }
}
