package io.millrace.standalone.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Tag("services")
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class BrokerProcessTest {
  @TempDir Path dir;

  @Test
  void aKilledBrokerStartsAgainOnTheSameFolderAndPort() throws Exception {
    Path folder = dir.resolve("kafka");
    int port;
    try (BrokerProcess broker = BrokerProcess.start(folder, 0)) {
      port = broker.port();
      createTopic(broker, "before");
      broker.kill();
      assertThat(broker.process().isAlive()).isFalse();
    }

    try (BrokerProcess broker = BrokerProcess.start(folder, port)) {
      assertThat(broker.port()).isEqualTo(port);
      assertThat(topics(broker)).containsExactly("before");
    }
  }

  @Test
  void aBrokerThatCannotStartSaysWhy() {
    try (BrokerProcess broker = BrokerProcess.start(dir.resolve("first"), 0)) {
      assertThatThrownBy(() -> BrokerProcess.start(dir.resolve("second"), broker.port()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("Port %d on 127.0.0.1 is taken", broker.port());
    }
  }

  @Test
  void theSharedInfrastructureIsOneAndAnswers() throws Exception {
    SharedInfrastructure shared = SharedInfrastructure.get();

    assertThat(SharedInfrastructure.get()).isSameAs(shared);
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", shared.bootstrapServers()))) {
      assertThat(admin.describeCluster().clusterId().get()).isNotEmpty();
    }
  }

  private static void createTopic(BrokerProcess broker, String name) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      admin.createTopics(List.of(new NewTopic(name, 1, (short) 1))).all().get();
    }
  }

  private static Iterable<String> topics(BrokerProcess broker) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      return admin.listTopics().names().get();
    }
  }
}
