package io.millrace.worker.output;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.standalone.testing.SharedInfrastructure;
import io.millrace.store.OutputStreams;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;

@Tag("services")
class LiveOutputTest {

  private final AtomicLong nanos = new AtomicLong();
  private final JedisConnectionFactory connections = connections();
  private final OutputStreams streams = new OutputStreams(new StringRedisTemplate(connections));
  private final LiveOutput output = new LiveOutput(streams, Duration.ofMillis(10), nanos::get);
  private final UUID watched = UUID.randomUUID();
  private final UUID alone = UUID.randomUUID();

  @AfterEach
  void stop() {
    output.close();
    connections.destroy();
  }

  @Test
  void onlyAWatchedJobsOutputIsKeptAndWhoComesLateGetsAllOfIt() {
    try (Recording one = output.open(watched, 1);
        Recording other = output.open(alone, 1)) {
      one.wroteToStdout("before, ".getBytes(UTF_8));
      other.wroteToStdout("nobody reads this".getBytes(UTF_8));
      output.follow(watched);
      await().atMost(10, TimeUnit.SECONDS).until(() -> read(watched).equals("before, "));
      one.wroteToStdout("after".getBytes(UTF_8));
      await().atMost(10, TimeUnit.SECONDS).until(() -> read(watched).equals("before, after"));
      assertThat(read(alone)).isEmpty();
    }
  }

  @Test
  void whenNobodyWatchesAnyMoreNothingMoreIsKeptUntilSomebodyDoes() {
    try (Recording one = output.open(watched, 1);
        Recording other = output.open(alone, 1)) {
      output.follow(watched);
      nanos.addAndGet(Duration.ofSeconds(11).toNanos());
      one.wroteToStdout("later".getBytes(UTF_8));
      output.follow(alone);
      other.wroteToStdout("a beat has passed".getBytes(UTF_8));
      await().atMost(10, TimeUnit.SECONDS).until(() -> !read(alone).isEmpty());
      assertThat(read(watched)).isEmpty();
      output.follow(watched);
      await().atMost(10, TimeUnit.SECONDS).until(() -> read(watched).equals("later"));
    }
  }

  private String read(UUID jobId) {
    return streams.read(jobId, "0", 100).pieces().stream()
        .map(OutputStreams.Piece::text)
        .collect(Collectors.joining());
  }

  private static JedisConnectionFactory connections() {
    SharedInfrastructure shared = SharedInfrastructure.get();
    JedisConnectionFactory made =
        new JedisConnectionFactory(
            new RedisStandaloneConfiguration(shared.redisHost(), shared.redisPort()));
    made.afterPropertiesSet();
    made.start();
    return made;
  }
}
