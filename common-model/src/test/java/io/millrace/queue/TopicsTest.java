package io.millrace.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.job.Job;
import io.millrace.standalone.EmbeddedBroker;
import io.millrace.testing.Log;
import io.millrace.testing.Store;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeConfigsResult;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** On a broker that nobody has used before. */
@Tag("services")
class TopicsTest {

  @TempDir private Path dir;
  private EmbeddedBroker broker;
  private QueueClients clients;
  private Admin admin;

  @BeforeEach
  void start() {
    broker = EmbeddedBroker.start(dir.resolve("kafka"), 0);
    clients = Log.clients(broker.bootstrapServers());
    admin = clients.admin();
  }

  @AfterEach
  void stop() {
    admin.close();
    broker.close();
  }

  @Test
  void manyRolesThatStartAtOnceAgreeOnOneQueue() throws Exception {
    List<CompletableFuture<Long>> ids =
        IntStream.range(0, 4)
            .mapToObj(
                i ->
                    CompletableFuture.supplyAsync(
                        () -> {
                          try (Admin own = clients.admin()) {
                            return new Topics(own, Store.SETTINGS, 1).ensure();
                          }
                        }))
            .toList();
    Set<Long> different = new HashSet<>();
    for (CompletableFuture<Long> id : ids) {
      different.add(id.get(60, TimeUnit.SECONDS));
    }
    assertThat(different).hasSize(1);
    assertThat(different.iterator().next()).isBetween(1L, (1L << 53) - 1);
    assertThat(new Topics(admin, Store.SETTINGS, 1).ensure())
        .isEqualTo(different.iterator().next());
    assertThat(admin.listTopics().names().get())
        .contains(
            "millrace.jobs",
            "millrace.jobs.bulk",
            "millrace.completions",
            "millrace.dead-letters",
            "millrace.replies",
            "millrace.parked");
  }

  @Test
  void aTopicThatSomebodyElseMadeKeepsRecordsAsLongAsJobsMayWait() throws Exception {
    NewTopic made = new NewTopic("millrace.jobs", 1, (short) 1);
    made.configs(Map.of("retention.ms", "5000", "max.message.bytes", "1000"));
    admin.createTopics(List.of(made)).all().get(20, TimeUnit.SECONDS);

    new Topics(admin, Store.SETTINGS, 1).ensure();

    String week = Long.toString(Duration.ofDays(7).toMillis());
    await()
        .atMost(10, TimeUnit.SECONDS)
        .until(() -> week.equals(topicConfig("millrace.jobs").get("retention.ms").value()));
    Config config = topicConfig("millrace.jobs");
    assertThat(config.get("max.message.bytes").value()).isEqualTo("" + (4 << 20));
    assertThat(config(ConfigResource.Type.GROUP, Topics.WORKERS).get("share.auto.offset.reset"))
        .extracting("value")
        .isEqualTo("earliest");
  }

  @Test
  void everyTopicIsMadeSafeWhoeverMadeIt() throws Exception {
    NewTopic made = new NewTopic("millrace.jobs", 1, (short) 1);
    made.configs(Map.of("retention.bytes", "1000000", "unclean.leader.election.enable", "true"));
    admin.createTopics(List.of(made)).all().get(20, TimeUnit.SECONDS);
    new Topics(admin, Store.SETTINGS, 1).ensure();
    await()
        .atMost(10, TimeUnit.SECONDS)
        .until(() -> topicConfig("millrace.jobs").get("retention.bytes").value().equals("-1"));
    Config config = topicConfig("millrace.jobs");
    assertThat(config.get("unclean.leader.election.enable").value()).isEqualTo("false");
    assertThat(config.get("min.insync.replicas").value()).isEqualTo("1");
  }

  @Test
  void fewerCopiesThanAskedForAreWarnedOfOrKeepARoleFromStarting() {
    new Topics(admin, Store.SETTINGS, 1).ensure();
    assertThat(new Topics(admin, Store.SETTINGS, 3).ensure()).isPositive();
    QueueSettings strict = strict();
    assertThat(new Topics(admin, strict, 1).ensure()).isPositive();
    assertThatThrownBy(() -> new Topics(admin, strict, 3).ensure())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("millrace.jobs has 1 of 3 copies")
        .hasMessageContaining("millrace.replies has 1 of 3 copies")
        .hasMessageContaining("millrace.queue.replicas");
  }

  @Test
  void aBrokerThatHearsOfSettingsAMomentLaterKeepsNoRoleFromStarting() throws Exception {
    new Topics(admin, Store.SETTINGS, 1).ensure();
    ConfigResource jobs = new ConfigResource(ConfigResource.Type.TOPIC, "millrace.jobs");
    AlterConfigOp unsafe =
        new AlterConfigOp(new ConfigEntry("retention.bytes", "1000"), AlterConfigOp.OpType.SET);
    admin.incrementalAlterConfigs(Map.of(jobs, List.of(unsafe))).all().get(20, TimeUnit.SECONDS);
    await()
        .atMost(10, TimeUnit.SECONDS)
        .until(() -> topicConfig("millrace.jobs").get("retention.bytes").value().equals("1000"));
    DescribeConfigsResult before =
        admin.describeConfigs(
            admin.listTopics().names().get(20, TimeUnit.SECONDS).stream()
                .map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name))
                .toList());
    AtomicBoolean asked = new AtomicBoolean();
    Admin late =
        (Admin)
            Proxy.newProxyInstance(
                Admin.class.getClassLoader(),
                new Class<?>[] {Admin.class},
                (proxy, method, arguments) ->
                    method.getName().equals("describeConfigs") && !asked.getAndSet(true)
                        ? before
                        : method.invoke(admin, arguments));
    assertThat(new Topics(late, strict(), 1).ensure()).isPositive();
    assertThat(asked).isTrue();
  }

  private static QueueSettings strict() {
    return new Binder(
            new MapConfigurationPropertySource(Map.of("millrace.queue.require-replicas", "true")))
        .bindOrCreate("millrace.queue", QueueSettings.class);
  }

  @Test
  void aLaneWithMoreThanOnePartitionIsRefused() throws Exception {
    admin
        .createTopics(List.of(new NewTopic("millrace.jobs.bulk", 3, (short) 1)))
        .all()
        .get(20, TimeUnit.SECONDS);
    assertThatThrownBy(() -> new Topics(admin, Store.SETTINGS, 1).ensure())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("millrace.jobs.bulk")
        .hasMessageContaining("one partition");
  }

  @Test
  void theFirstWorkerEverGetsTheBacklogFromBeforeItsTime() throws Exception {
    new Topics(admin, Store.SETTINGS, 1).ensure();
    JobQueue queue = new JobQueue(clients.producer());
    List<Job> backlog = IntStream.range(0, 20).mapToObj(i -> Store.job("owner")).toList();
    for (Job job : backlog) {
      queue.enqueue(Lane.FIRST, job).get(10, TimeUnit.SECONDS);
    }
    assertThat(new LaneProgress(admin).start(Lane.FIRST)).isZero();

    List<Job> taken = new ArrayList<>();
    try (ShareConsumer<byte[], byte[]> worker = clients.shareConsumer(Topics.WORKERS, 100)) {
      worker.subscribe(List.of(Lane.FIRST.topic()));
      long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
      while (taken.size() < backlog.size() && System.nanoTime() < deadline) {
        for (ConsumerRecord<byte[], byte[]> record : worker.poll(Duration.ofMillis(500))) {
          taken.add(JobCodec.decodeJob(record.value()));
          worker.acknowledge(record, AcknowledgeType.ACCEPT);
        }
      }
    }
    assertThat(taken).isEqualTo(backlog);
  }

  private Config topicConfig(String topic) throws Exception {
    return config(ConfigResource.Type.TOPIC, topic);
  }

  private Config config(ConfigResource.Type type, String name) throws Exception {
    ConfigResource resource = new ConfigResource(type, name);
    return Objects.requireNonNull(
        admin.describeConfigs(List.of(resource)).all().get(20, TimeUnit.SECONDS).get(resource));
  }
}
