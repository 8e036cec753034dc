package io.millrace.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.standalone.EmbeddedBroker;
import io.millrace.testing.Log;
import io.millrace.testing.Store;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("services")
class LaneRetentionTest {

  @TempDir private Path dir;

  @Test
  void whatTheBrokerReallyKeepsIsSeenWhoeverSetIt() throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.start(dir.resolve("kafka"), 0);
        Admin admin = Log.clients(broker.bootstrapServers()).admin()) {
      new Topics(admin, Store.SETTINGS, 1).ensure();
      LaneRetention retention = new LaneRetention(admin);
      assertThat(retention.shortest()).contains(Store.SETTINGS.retention());

      set(admin, Lane.BULK, "5000");
      awaitShortest(retention, Optional.of(Duration.ofSeconds(5)));

      set(admin, Lane.BULK, "-1");
      awaitShortest(retention, Optional.of(Store.SETTINGS.retention()));
      set(admin, Lane.FIRST, "-1");
      awaitShortest(retention, Optional.empty());
    }
  }

  private static void awaitShortest(LaneRetention retention, Optional<Duration> wanted) {
    await().atMost(20, TimeUnit.SECONDS).until(() -> retention.shortest().equals(wanted));
  }

  private static void set(Admin admin, Lane lane, String millis) throws Exception {
    AlterConfigOp op =
        new AlterConfigOp(new ConfigEntry("retention.ms", millis), AlterConfigOp.OpType.SET);
    admin
        .incrementalAlterConfigs(
            Map.of(new ConfigResource(ConfigResource.Type.TOPIC, lane.topic()), List.of(op)))
        .all()
        .get(20, TimeUnit.SECONDS);
  }
}
