package io.millrace.queue;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.millrace.standalone.EmbeddedBroker;
import io.millrace.standalone.testing.FreePort;
import io.millrace.standalone.testing.SharedInfrastructure;
import io.millrace.testing.Log;
import io.millrace.testing.Store;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("services")
class ShareGroupsTest {

  private static final String NOBODY_LISTENS = "127.0.0.1:1";

  @TempDir private Path dir;

  @Test
  void groupsThatAreReadOrThatNobodyHasJoinedAreThere() {
    try (Admin admin = Log.clients(SharedInfrastructure.get().bootstrapServers()).admin()) {
      assertThatCode(new ShareGroups(admin)::check).doesNotThrowAnyException();
    }
  }

  /** As in a cluster whose network policies let a broker ask no DNS: everybody else reaches it. */
  @Test
  void aBrokerThatCannotReachItselfHasNoShareGroups() throws Exception {
    try (EmbeddedBroker broker = cutOffFromItself();
        Admin admin = Log.clients(broker.bootstrapServers()).admin()) {
      new Topics(admin, Store.settings(10, Duration.ofSeconds(15)), 1).ensure();
      ShareGroups groups = new ShareGroups(admin, 1000);
      assertThatIllegalStateException()
          .isThrownBy(groups::check)
          .withMessageStartingWith("Kafka cannot read the state of the share group millrace.");
    }
  }

  private EmbeddedBroker cutOffFromItself() {
    int[] ports = {FreePort.choose(), FreePort.choose(), FreePort.choose()};
    String listeners =
        "PLAINTEXT://127.0.0.1:%d,INSIDE://127.0.0.1:%d".formatted(ports[0], ports[1]);
    return EmbeddedBroker.start(
        dir,
        ports[0],
        ports[2],
        Map.of(
            "listeners",
            listeners + ",CONTROLLER://127.0.0.1:" + ports[2],
            "advertised.listeners",
            "PLAINTEXT://127.0.0.1:%d,INSIDE://%s".formatted(ports[0], NOBODY_LISTENS),
            "inter.broker.listener.name",
            "INSIDE",
            "listener.security.protocol.map",
            "PLAINTEXT:PLAINTEXT,INSIDE:PLAINTEXT,CONTROLLER:PLAINTEXT"));
  }
}
