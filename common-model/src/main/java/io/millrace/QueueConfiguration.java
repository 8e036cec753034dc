package io.millrace;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.job.Reply;
import io.millrace.job.ReplyLimit;
import io.millrace.metrics.MeterDescriptions;
import io.millrace.queue.BatchLog;
import io.millrace.queue.FirstContact;
import io.millrace.queue.JobQueue;
import io.millrace.queue.LaneProgress;
import io.millrace.queue.LaneRetention;
import io.millrace.queue.LogCut;
import io.millrace.queue.QueueClients;
import io.millrace.queue.QueueSettings;
import io.millrace.queue.RecordReader;
import io.millrace.queue.ReplyLog;
import io.millrace.queue.ShareGroups;
import io.millrace.queue.StrayCounter;
import io.millrace.queue.TopicIds;
import io.millrace.queue.Topics;
import io.millrace.rescue.BatchRounds;
import io.millrace.rescue.LastResort;
import io.millrace.rescue.Reaper;
import io.millrace.rescue.Rebuilder;
import io.millrace.rescue.Reconciler;
import io.millrace.rescue.Requeuer;
import io.millrace.rescue.Rescue;
import io.millrace.rescue.Steadiness;
import io.millrace.rescue.Trimmer;
import io.millrace.start.Lobby;
import io.millrace.store.AdmissionGate;
import io.millrace.store.BatchStore;
import io.millrace.store.Environments;
import io.millrace.store.EvictionPolicy;
import io.millrace.store.JobArchive;
import io.millrace.store.JobEnds;
import io.millrace.store.JobLeases;
import io.millrace.store.LaneRepair;
import io.millrace.store.NeededFiles;
import io.millrace.store.NeededRecords;
import io.millrace.store.OutputStreams;
import io.millrace.store.QueueGauge;
import io.millrace.store.RedisKeys;
import io.millrace.store.ShortMemory;
import io.millrace.store.StoreMemory;
import io.millrace.store.StoreSettings;
import io.millrace.trace.TraceConfiguration;
import java.util.Objects;
import org.apache.kafka.clients.admin.Admin;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.info.BuildProperties;
import org.springframework.boot.kafka.autoconfigure.KafkaConnectionDetails;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.core.ProducerFactory;

/** The beans that both roles have: the log, the store, and the rescue of jobs. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({QueueSettings.class, StoreSettings.class})
@Import(TraceConfiguration.class)
public class QueueConfiguration {

  /** The queue as it was met at the start. */
  record FoundQueue(Admin admin, long queueId) {}

  /** Static: it must be there before the first meter is. */
  @Bean
  static MeterDescriptions meterDescriptions() {
    return new MeterDescriptions();
  }

  @Bean
  QueueClients queueClients(KafkaProperties kafka, KafkaConnectionDetails connection) {
    return new QueueClients(kafka, connection.getSslBundle());
  }

  @Bean
  ProducerFactory<byte[], byte[]> queueProducerFactory(QueueClients clients) {
    return clients.producerFactory();
  }

  @Bean
  KafkaTemplate<byte[], byte[]> kafkaTemplate(ProducerFactory<byte[], byte[]> producers) {
    return new KafkaTemplate<>(producers);
  }

  /**
   * Waits for the broker: a role without its queue's number cannot answer anything. No other client
   * is made before, since none can be made of a name that does not resolve. Then it waits for
   * Redis, whose subscriptions cannot begin without it.
   */
  @Bean
  FoundQueue foundQueue(
      QueueClients clients,
      KafkaConnectionDetails connection,
      QueueSettings settings,
      StringRedisTemplate redis,
      Environment environment,
      @Value("${millrace.queue.replicas:-1}") int replicas) {
    FirstContact kafka =
        new FirstContact(
            "Kafka at " + String.join(",", connection.getBootstrapServers()),
            "spring.kafka.bootstrap-servers",
            () -> Lobby.open(environment));
    Admin admin = kafka.answer(clients::admin);
    long queueId = kafka.answer(() -> new Topics(admin, settings, replicas).ensure());
    new FirstContact("Redis", "spring.data.redis", () -> Lobby.open(environment))
        .answer(() -> redis.hasKey(RedisKeys.EPOCH));
    return new FoundQueue(admin, queueId);
  }

  @Bean
  Admin queueAdmin(FoundQueue found) {
    return found.admin();
  }

  @Bean
  Reply.Speaker speaker(FoundQueue found, BuildProperties build) {
    return new Reply.Speaker(
        ProcessHandle.current().pid(), found.queueId(), Objects.requireNonNull(build.getVersion()));
  }

  @Bean
  ShareGroups shareGroups(Admin admin) {
    return new ShareGroups(admin);
  }

  @Bean
  JobQueue jobQueue(KafkaTemplate<byte[], byte[]> kafka) {
    return new JobQueue(kafka);
  }

  @Bean
  LaneRetention laneRetention(Admin admin) {
    return new LaneRetention(admin);
  }

  @Bean
  RecordReader recordReader(QueueClients clients, TopicIds topics) {
    return new RecordReader(clients::reader, topics);
  }

  @Bean
  ShortMemory shortMemory() {
    return new ShortMemory();
  }

  @Bean
  TopicIds topicIds(Admin admin) {
    return new TopicIds(admin);
  }

  @Bean
  ReplyLog replyLog(JobQueue queue, QueueClients clients, TopicIds topics) {
    return new ReplyLog(queue, clients::singleRecordReader, () -> topics.of(Topics.REPLIES));
  }

  @Bean
  BatchLog batchLog(JobQueue queue, RecordReader records, QueueClients clients) {
    return new BatchLog(queue, records, clients::singleRecordReader);
  }

  @Bean
  BatchStore batchStore(StringRedisTemplate redis, QueueSettings settings, ShortMemory memory) {
    return new BatchStore(redis, settings, memory);
  }

  @Bean
  ReplyLimit replyLimit(QueueSettings settings) {
    return new ReplyLimit(settings.maxReply().toBytes());
  }

  @Bean
  AdmissionGate admissionGate(
      StringRedisTemplate redis, QueueSettings settings, ShortMemory memory) {
    return new AdmissionGate(redis, settings, memory);
  }

  @Bean
  JobLeases jobLeases(StringRedisTemplate redis, QueueSettings settings, ShortMemory memory) {
    return new JobLeases(redis, settings, memory);
  }

  @Bean
  NeededFiles neededFiles(StringRedisTemplate redis) {
    return new NeededFiles(redis);
  }

  @Bean
  Environments environments(StringRedisTemplate redis) {
    return new Environments(redis);
  }

  @Bean
  OutputStreams outputStreams(StringRedisTemplate redis) {
    return new OutputStreams(redis);
  }

  @Bean
  JobArchive jobArchive(StringRedisTemplate redis) {
    return new JobArchive(redis);
  }

  @Bean
  QueueGauge queueGauge(StringRedisTemplate redis) {
    return new QueueGauge(redis);
  }

  @Bean
  EvictionPolicy evictionPolicy(QueueGauge redis) {
    return new EvictionPolicy(redis);
  }

  @Bean
  StoreMemory storeMemory(StringRedisTemplate redis, StoreSettings settings) {
    return new StoreMemory(redis, settings);
  }

  @Bean
  JobEnds jobEnds(
      StringRedisTemplate redis, QueueSettings settings, ShortMemory memory, MeterRegistry meters) {
    return new JobEnds(redis, settings, memory, meters);
  }

  @Bean
  StrayCounter strayCounter(MeterRegistry meters) {
    return new StrayCounter(meters);
  }

  @Bean
  LastResort lastResort(JobLeases leases, JobArchive archive, Reply.Speaker speaker, JobEnds ends) {
    return new LastResort(leases, archive, speaker, ends);
  }

  @Bean
  Requeuer requeuer(
      RecordReader records, JobQueue queue, LastResort lastResort, MeterRegistry meters) {
    return new Requeuer(records, queue, lastResort, meters);
  }

  @Bean
  Rescue rescue(
      JobLeases leases,
      JobArchive archive,
      JobQueue queue,
      Requeuer requeuer,
      LastResort lastResort,
      ReplyLog replies,
      BatchStore batches,
      BatchLog batchLog,
      StringRedisTemplate redis,
      QueueSettings settings,
      Admin admin,
      TopicIds topics,
      RecordReader records,
      ShortMemory memory,
      MeterRegistry meters) {
    LaneRepair repair = new LaneRepair(redis, settings);
    LaneProgress progress = new LaneProgress(admin);
    return new Rescue(
        repair,
        new Rebuilder(
            repair,
            progress,
            records,
            requeuer,
            memory,
            new Rebuilder.Times(Rescue.OTHERS_TIME, settings.lease().dividedBy(2)),
            System::nanoTime,
            meters),
        new Reaper(leases, archive, queue, replies, requeuer, lastResort, meters),
        new Reconciler(repair, progress, topics, records, requeuer, lastResort, meters),
        new Trimmer(new NeededRecords(redis), progress, new LogCut(admin), settings),
        new BatchRounds(batches, batchLog, queue),
        new Steadiness(settings.lease(), System::nanoTime));
  }
}
