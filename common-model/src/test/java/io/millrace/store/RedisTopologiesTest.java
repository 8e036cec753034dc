package io.millrace.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.job.Job;
import io.millrace.standalone.EmbeddedRedis;
import io.millrace.standalone.testing.FreePort;
import io.millrace.store.JobLeases.Recorded;
import io.millrace.store.LaneRepair.Look;
import io.millrace.testing.Store;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisSentinelConfiguration;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;

/**
 * In each topology that the documents name, a Redis that was emptied, started again or replaced is
 * noticed, by a user with no more rights than they say.
 */
@Tag("services")
class RedisTopologiesTest {

  private static final String MASTER = "millrace";
  private static final Duration SOON = Duration.ofSeconds(30);

  @TempDir private Path dir;
  private final Deque<Runnable> ends = new ArrayDeque<>();

  @AfterEach
  void stop() {
    ends.forEach(Runnable::run);
  }

  @Test
  void aSingleRedisThatWasStartedAgainIsNoticedByAUserWithFewRights() {
    EmbeddedRedis redis = redis("redis", 0);
    acl(redis);
    RedisStandaloneConfiguration at = new RedisStandaloneConfiguration(redis.host(), redis.port());
    at.setUsername("role");
    at.setPassword("secret");
    Store store = connect(new JedisConnectionFactory(at));
    Look before = compare(store);
    aWholeLife(store);
    redis.kill();
    acl(redis("redis", redis.port()));
    assertNoticed(store, before);
    compare(store);
    store.redis.delete(RedisKeys.EPOCH);
    assertThat(store.repair.isNeeded()).as("emptied").isTrue();
  }

  @Test
  void aClusterOfOneShardThatWasStartedAgainIsNoticed() throws IOException {
    String[] cluster = {"--cluster-enabled", "yes", "--cluster-port", "" + FreePort.choose()};
    EmbeddedRedis redis = redis("redis", 0, cluster);
    command(redis, "CLUSTER", "ADDSLOTSRANGE", "0", "16383");
    await()
        .atMost(SOON)
        .until(() -> command(redis, "CLUSTER", "INFO").contains("cluster_state:ok"));
    Store store =
        connect(
            new JedisConnectionFactory(
                new RedisClusterConfiguration(List.of(redis.host() + ":" + redis.port()))));
    Look before = compare(store);
    aWholeLife(store);
    redis.kill();
    redis("redis", redis.port(), cluster);
    assertNoticed(store, before);
    compare(store);
    store.redis.delete(RedisKeys.EPOCH);
    assertThat(store.repair.isNeeded()).as("emptied").isTrue();
  }

  @Test
  void aReplicaThatTakesOverIsNoticedAndToldAgainWhatItMissed() throws Exception {
    EmbeddedRedis first = redis("first", 0);
    EmbeddedRedis second = redis("second", 0, "--replicaof", first.host(), "" + first.port());
    int sentinel = sentinel(first);
    Store store =
        connect(
            new JedisConnectionFactory(
                new RedisSentinelConfiguration().master(MASTER).sentinel("127.0.0.1", sentinel)));
    await()
        .atMost(SOON)
        .until(() -> command(second, "INFO", "replication").contains("master_link_status:up"));
    ShortMemory memory = new ShortMemory();
    JobLeases leases = new JobLeases(store.redis, Store.SETTINGS, memory);
    Look before = compare(store);
    memory.see(before);
    Lease lease = store.running("owner");
    await()
        .atMost(SOON)
        .until(() -> command(second, "EXISTS", RedisKeys.job(lease.job().jobId())).equals("1"));

    // What it does not hear any more, as when the network goes before the machine does.
    command(second, "REPLICAOF", "127.0.0.1", "1");
    Recorded told = leases.finish(lease, Store.success(lease.job()), Duration.ZERO).orElseThrow();
    command(second, "REPLICAOF", "NO", "ONE");
    first.kill();
    assertNoticed(store, before);
    memory.see(store.repair.look());
    assertThat(store.archive.find(lease.job().jobId()).orElseThrow().replyText())
        .isEqualTo(told.body());
  }

  private Look compare(Store store) {
    await()
        .atMost(SOON)
        .ignoreExceptions()
        .until(() -> store.repair.begin("test", Duration.ofSeconds(30)));
    assertThat(store.repair.end("test")).isTrue();
    Look look = store.repair.look();
    assertThat(look.whole()).isTrue();
    return look;
  }

  private static void assertNoticed(Store store, Look before) {
    Look after =
        await()
            .atMost(SOON)
            .ignoreExceptions()
            .until(store.repair::look, look -> !look.identity().equals(before.identity()));
    assertThat(after.whole()).isFalse();
    assertThat(after.since()).as("what came before is known").isPositive();
  }

  private static void aWholeLife(Store store) {
    Job job = store.accepted("owner");
    store.finished(store.granted(job, "w"));
    store.gauge.checkWritable();
    assertThat(store.archive.find(job.jobId())).isPresent();
  }

  private EmbeddedRedis redis(String name, int port, String... arguments) {
    EmbeddedRedis redis = EmbeddedRedis.start(dir.resolve(name), port, arguments);
    ends.addLast(redis::kill);
    return redis;
  }

  private int sentinel(EmbeddedRedis watched) throws IOException {
    int port = FreePort.choose();
    Path folder = Files.createDirectories(dir.resolve("sentinel"));
    Path settings = folder.resolve("sentinel.conf");
    Files.writeString(
        settings,
        """
        port %d
        bind 127.0.0.1
        dir %s
        sentinel monitor %s %s %d 1
        sentinel down-after-milliseconds %s 500
        sentinel failover-timeout %s 3000
        """
            .formatted(port, folder, MASTER, watched.host(), watched.port(), MASTER, MASTER));
    Process process =
        new ProcessBuilder(binary().toString(), settings.toString(), "--sentinel")
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("sentinel.log").toFile())
            .start();
    ends.addFirst(process::destroyForcibly);
    return port;
  }

  private Path binary() throws IOException {
    try (Stream<Path> files = Files.list(dir.resolve("first"))) {
      return files
          .filter(each -> each.getFileName().toString().startsWith("redis-server"))
          .findFirst()
          .orElseThrow();
    }
  }

  private static void acl(EmbeddedRedis redis) {
    command(
        redis,
        "ACL",
        "SETUSER",
        "role",
        "on",
        ">secret",
        "~{millrace}:*",
        "&{millrace}:*",
        "+@all",
        "-@admin",
        "-@dangerous",
        "+info");
  }

  private Store connect(JedisConnectionFactory connections) {
    await()
        .atMost(SOON)
        .ignoreExceptions()
        .until(
            () -> {
              connections.afterPropertiesSet();
              connections.start();
              return true;
            });
    ends.addFirst(connections::destroy);
    return new Store(new StringRedisTemplate(connections), Store.SETTINGS);
  }

  /** A command of its own, beside the store's user. */
  private static String command(EmbeddedRedis redis, String command, String... arguments) {
    JedisConnectionFactory connections =
        new JedisConnectionFactory(new RedisStandaloneConfiguration(redis.host(), redis.port()));
    connections.afterPropertiesSet();
    connections.start();
    byte[][] bytes = new byte[arguments.length][];
    for (int i = 0; i < arguments.length; i++) {
      bytes[i] = arguments[i].getBytes(StandardCharsets.UTF_8);
    }
    try (RedisConnection connection = connections.getConnection()) {
      Object answer = Objects.requireNonNull(connection.execute(command, bytes));
      return answer instanceof byte[] text
          ? new String(text, StandardCharsets.UTF_8)
          : answer.toString();
    } finally {
      connections.destroy();
    }
  }
}
