package io.millrace.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.standalone.EmbeddedRedis;
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
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;

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

    long queueId =
        new FirstContact("Kafka", "where", () -> Lobby.open(environment)).answer(question);

    assertThat(queueId).isNotZero();
    assertThat(probes).hasSizeGreaterThanOrEqualTo(2).containsOnly("200 503");
    // The role's own server finds the port free.
    new ServerSocket(port).close();
  }

  @Test
  void whatIsWrongForGoodEndsTheStart() {
    FirstContact kafka = new FirstContact("Kafka", "where", () -> Lobby.open(environment));
    assertThatThrownBy(() -> kafka.answer(() -> queueId("no port")))
        .hasStackTraceContaining("Invalid url in bootstrap.servers");
  }

  @Test
  void aRoleWaitsForRedisAndNotForOneThatRefusesIt(@TempDir Path folder) throws Exception {
    FirstContact redis = new FirstContact("Redis", "where", () -> Lobby.open(environment));
    int port = FreePort.choose();
    int[] asked = {0};
    try (EmbeddedRedis late = EmbeddedRedis.start(folder, 0)) {
      Supplier<Boolean> question =
          () ->
              ping(
                  new RedisStandaloneConfiguration(
                      "127.0.0.1", asked[0]++ == 0 ? port : late.port()));
      assertThat(redis.answer(question)).isTrue();
      assertThat(asked[0]).isEqualTo(2);

      RedisStandaloneConfiguration stranger =
          new RedisStandaloneConfiguration("127.0.0.1", late.port());
      stranger.setUsername("nobody");
      stranger.setPassword("wrong");
      assertThatThrownBy(() -> redis.answer(() -> ping(stranger)))
          .hasStackTraceContaining("WRONGPASS");
    }
  }

  private static boolean ping(RedisStandaloneConfiguration where) {
    JedisConnectionFactory connections = new JedisConnectionFactory(where);
    connections.afterPropertiesSet();
    try {
      return "PONG".equals(connections.getConnection().ping());
    } finally {
      connections.destroy();
    }
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
