package io.millrace.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.standalone.testing.FreePort;
import io.millrace.standalone.testing.SharedInfrastructure;
import io.millrace.start.Lobby;
import io.millrace.testing.Log;
import io.millrace.testing.Store;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

@Tag("services")
class FirstContactTest {

  private static final String NO_SUCH_NAME = "kafka.invalid:9092";
  private static final String NOBODY_LISTENS = "127.0.0.1:1";

  private final StandardEnvironment environment = new StandardEnvironment();

  /** A name that appears, a broker that appears behind it, and then the answer. */
  @Test
  void aRoleLivesAndIsNotReadyUntilKafkaAnswers() throws Exception {
    int port = managementPort();
    List<String> probes = new ArrayList<>();
    int[] asked = {0};
    Supplier<Long> question =
        () -> {
          if (asked[0] > 0) {
            probes.add(probe(port, "liveness") + " " + probe(port, "readiness"));
          }
          return queueId(
              switch (asked[0]++) {
                case 0 -> NO_SUCH_NAME;
                case 1 -> NOBODY_LISTENS;
                default -> SharedInfrastructure.get().bootstrapServers();
              });
        };

    long queueId = new FirstContact("kafka", () -> Lobby.open(environment)).answer(question);

    assertThat(queueId).isNotZero();
    assertThat(probes).hasSizeGreaterThanOrEqualTo(2).containsOnly("200 503");
    // The role's own server finds the port free.
    new ServerSocket(port).close();
  }

  @Test
  void whatIsWrongForGoodEndsTheStart() {
    FirstContact kafka = new FirstContact("kafka", () -> Lobby.open(environment));
    assertThatThrownBy(() -> kafka.answer(() -> queueId("no port")))
        .hasStackTraceContaining("Invalid url in bootstrap.servers");
  }

  @Test
  void whereTheManagementHasNoFixedPortNobodyAnswersForIt() {
    try (Lobby lobby = Lobby.open(environment)) {
      assertThat(lobby).isNotNull();
    }
  }

  private static long queueId(String bootstrapServers) {
    try (Admin admin = Log.clients(bootstrapServers).admin()) {
      return new Topics(admin, Store.settings(10, Duration.ofSeconds(15)), 1).ensure();
    }
  }

  private int managementPort() {
    int port = FreePort.choose();
    environment
        .getPropertySources()
        .addFirst(new MapPropertySource("test", Map.of("management.server.port", "" + port)));
    return port;
  }

  private static int probe(int port, String what) {
    try {
      return HttpClient.newHttpClient()
          .send(
              HttpRequest.newBuilder(
                      URI.create("http://127.0.0.1:" + port + "/actuator/health/" + what))
                  .build(),
              HttpResponse.BodyHandlers.discarding())
          .statusCode();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
