package io.millrace.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Tag("services")
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class InfrastructureTest {
  @TempDir Path dir;

  @Test
  void bothAnswerAndARedisThatDiesIsStartedAgainWithItsData() throws Exception {
    StandaloneSettings settings = settings(0, 0);
    try (Infrastructure infrastructure = Infrastructure.start(settings)) {
      assertThat(clusterId(infrastructure)).isNotEmpty();
      int port = infrastructure.redisPort();
      assertThat(RedisCommands.ask(port, "SET key kept")).isEqualTo("+OK");

      infrastructure.redis().destroyForcibly();

      await()
          .atMost(Duration.ofSeconds(20))
          .ignoreExceptionsInstanceOf(IOException.class)
          .until(() -> RedisCommands.ask(port, "GET key").equals("kept"));
      assertTheFolderIsItsOwnersOnly(settings.dataDir());
      assertASecondOneOnTheSameFolderIsRefused();
    }
  }

  private static void assertTheFolderIsItsOwnersOnly(Path data) throws IOException {
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data)))
        .isEqualTo("rwx------");
  }

  private void assertASecondOneOnTheSameFolderIsRefused() {
    assertThatThrownBy(() -> Infrastructure.start(settings(0, 0)))
        .isInstanceOf(UnusableSettingException.class)
        .hasMessageStartingWith("MILLRACE_DATA_DIR: ")
        .hasMessageEndingWith("is in use by another process");
  }

  @Test
  void aTakenPortIsToldByItsSettingAndNothingStaysBehind() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      int port = taken.getLocalPort();
      assertThatThrownBy(() -> Infrastructure.start(settings(port, 0)))
          .isInstanceOf(UnusableSettingException.class)
          .hasMessageStartingWith("MILLRACE_KAFKA_PORT: Port " + port + " ");
      assertThatThrownBy(() -> Infrastructure.start(settings(0, port)))
          .isInstanceOf(UnusableSettingException.class)
          .hasMessageStartingWith("MILLRACE_REDIS_PORT: Port " + port + " ");
    }
    assertThat(ProcessHandle.current().children().filter(ProcessHandle::isAlive)).isEmpty();
  }

  private StandaloneSettings settings(int kafkaPort, int redisPort) {
    return new StandaloneSettings(dir.resolve("data"), kafkaPort, redisPort, 0, 0);
  }

  private static String clusterId(Infrastructure infrastructure) throws Exception {
    try (Admin admin =
        Admin.create(Map.of("bootstrap.servers", infrastructure.bootstrapServers()))) {
      return admin.describeCluster().clusterId().get();
    }
  }
}
