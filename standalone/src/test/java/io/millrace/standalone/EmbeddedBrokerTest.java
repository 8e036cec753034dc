package io.millrace.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Tag("services")
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class EmbeddedBrokerTest {
  private static final String TOPIC = "jobs";
  private static final String GROUP = "workers";

  @TempDir Path dir;

  @Test
  void aRecordThatWasAcceptedIsDeliveredToAShareGroupAfterARestart() throws Exception {
    String clusterId;
    try (EmbeddedBroker broker = EmbeddedBroker.start(dir, 0)) {
      clusterId = broker.clusterId();
      createTopicAndGroup(broker);
      send(broker, "kept");
    }

    try (EmbeddedBroker broker = EmbeddedBroker.start(dir, 0)) {
      assertThat(broker.clusterId()).isNotEmpty().isEqualTo(clusterId);
      assertThat(take(broker)).isEqualTo("kept");
    }
  }

  @Test
  void aTakenPortIsNamed() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName(EmbeddedBroker.HOST))) {
      int port = taken.getLocalPort();

      assertThatThrownBy(() -> EmbeddedBroker.start(dir, port))
          .isInstanceOf(UnusablePortException.class)
          .hasMessageStartingWith("Port " + port + " on 127.0.0.1 is taken;");
    }
  }

  private static void createTopicAndGroup(EmbeddedBroker broker) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      admin.createTopics(List.of(new NewTopic(TOPIC, 1, (short) 1))).all().get();
      AlterConfigOp earliest =
          new AlterConfigOp(
              new ConfigEntry("share.auto.offset.reset", "earliest"), AlterConfigOp.OpType.SET);
      admin
          .incrementalAlterConfigs(
              Map.of(new ConfigResource(ConfigResource.Type.GROUP, GROUP), List.of(earliest)))
          .all()
          .get();
    }
  }

  private static void send(EmbeddedBroker broker, String value) throws Exception {
    Map<String, Object> settings =
        Map.of("bootstrap.servers", broker.bootstrapServers(), "acks", "all");
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
      producer.send(new ProducerRecord<>(TOPIC, value)).get();
    }
  }

  private static String take(EmbeddedBroker broker) {
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers",
            broker.bootstrapServers(),
            "group.id",
            GROUP,
            "share.acknowledgement.mode",
            "explicit");
    try (KafkaShareConsumer<String, String> consumer =
        new KafkaShareConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
      consumer.subscribe(List.of(TOPIC));
      while (true) {
        for (ConsumerRecord<String, String> taken : consumer.poll(Duration.ofSeconds(1))) {
          consumer.acknowledge(taken, AcknowledgeType.ACCEPT);
          consumer.commitSync();
          return taken.value();
        }
      }
    }
  }
}
