package io.millrace.gateway.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.gateway.support.TestGateway;
import io.millrace.queue.Lane;
import io.millrace.standalone.EmbeddedBroker;
import io.millrace.standalone.testing.SharedInfrastructure;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole gateway on a broker that somebody tells to keep less than we asked for. */
@Tag("services")
class RetentionWatchTest {

  @TempDir private Path dir;

  @Test
  void aRetentionThatWasCutShowsInAMetricBeforeAnythingIsLost() throws Exception {
    SharedInfrastructure shared = SharedInfrastructure.get();
    try (EmbeddedBroker broker = EmbeddedBroker.start(dir.resolve("kafka"), 0);
        TestGateway gateway =
            TestGateway.startOn(
                broker.bootstrapServers(), shared.redisHost(), shared.redisPort())) {
      await().until(() -> seconds(gateway) == Duration.ofDays(7).toSeconds());

      keepForFiveSeconds(gateway.bean(Admin.class));
      await()
          .atMost(20, TimeUnit.SECONDS)
          .until(
              () -> {
                gateway.bean(RetentionWatch.class).look();
                return seconds(gateway) == 5;
              });
      assertThat(seconds(gateway)).isEqualTo(5);
    }
  }

  private static double seconds(TestGateway gateway) {
    return gateway
        .bean(MeterRegistry.class)
        .get("millrace.queue.retention.seconds")
        .gauge()
        .value();
  }

  private static void keepForFiveSeconds(Admin admin) throws Exception {
    AlterConfigOp op =
        new AlterConfigOp(new ConfigEntry("retention.ms", "5000"), AlterConfigOp.OpType.SET);
    admin
        .incrementalAlterConfigs(
            Map.of(new ConfigResource(ConfigResource.Type.TOPIC, Lane.FIRST.topic()), List.of(op)))
        .all()
        .get(20, TimeUnit.SECONDS);
  }
}
