package io.millrace.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.job.Job;
import io.millrace.standalone.EmbeddedRedis;
import io.millrace.standalone.testing.FreePort;
import io.millrace.store.Admission.Admitted;
import io.millrace.store.AdmissionGate.OwnerLimits;
import io.millrace.store.JobLeases.GiveBack;
import io.millrace.testing.Store;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisServerCommands;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;

/** Each on a Redis of its own, which is full, read-only, started again, or of a cluster. */
@Tag("services")
class RedisFaultsTest {

  @TempDir private Path dir;
  private @Nullable EmbeddedRedis running;
  private @Nullable Store connected;

  private Store start(String... arguments) {
    EmbeddedRedis redis = EmbeddedRedis.start(dir.resolve("redis"), 0, arguments);
    running = redis;
    Store store = new Store(Store.connect(redis.host(), redis.port()), Store.SETTINGS);
    connected = store;
    return store;
  }

  @AfterEach
  void stop() {
    if (connected != null) {
      connections(connected).destroy();
    }
    if (running != null) {
      running.close();
    }
  }

  @Test
  void aFullRedisTakesNoJobButWhatItTookBeforeGoesOnAndEnds() {
    Store store = start();
    store.open();
    Job waiting = store.accepted("owner");
    Lease lease = store.running("owner");
    Set<String> before = store.redis.keys("*");
    server(store, commands -> commands.setConfig("maxmemory", "1"));

    assertThatThrownBy(() -> store.admit(Store.job("owner")))
        .isInstanceOf(DataAccessException.class);
    assertThat(store.redis.keys("*")).isEqualTo(before);
    assertThat(store.queueLength()).isEqualTo(1);
    assertThatThrownBy(store.gauge::checkWritable).isInstanceOf(DataAccessException.class);

    Lease second = store.granted(waiting, "worker-1");
    assertThat(store.leases.beat(Store.card("worker-1", 2), List.of(lease, second)).gone())
        .isEmpty();
    store.finished(lease);
    store.finished(second);
    assertThat(store.archive.find(waiting.jobId()).orElseThrow().reply()).isNotNull();

    server(store, commands -> commands.setConfig("maxmemory", "0"));
    store.gauge.checkWritable();
    assertThat(store.admit(Store.job("owner"))).isInstanceOf(Admitted.class);
  }

  @Test
  void aReadOnlyRedisChangesNothingAndIsTriedAgain() {
    Store store = start();
    store.open();
    Lease lease = store.running("owner");
    server(store, commands -> commands.replicaOf("127.0.0.1", 1));
    assertThatThrownBy(() -> store.admit(Store.job("owner")))
        .isInstanceOf(DataAccessException.class);
    assertThatThrownBy(() -> store.finished(lease)).isInstanceOf(DataAccessException.class);
    assertThatThrownBy(store.gauge::checkWritable).isInstanceOf(DataAccessException.class);
    assertThat(store.state(lease.job().jobId())).isEqualTo("running");
    server(store, RedisServerCommands::replicaOfNoOne);
    store.gauge.checkWritable();
    store.finished(lease);
  }

  @Test
  void aRedisThatWasKilledAndStartedAgainGoesOnWhereItWas() {
    Store store = start();
    store.repair.begin("test", Duration.ofSeconds(30));
    store.repair.end("test");
    Job waiting = store.accepted("owner");
    Lease lease = store.running("owner");
    assertThat(store.repair.isNeeded()).isFalse();

    EmbeddedRedis redis = Objects.requireNonNull(running);
    redis.kill();
    running = EmbeddedRedis.start(dir.resolve("redis"), redis.port());

    await().atMost(20, TimeUnit.SECONDS).ignoreExceptions().until(() -> store.queueLength() == 1);
    assertThat(store.repair.isNeeded()).as("its last writes may be missing").isTrue();
    assertThat(store.admit(Store.job("other"))).isInstanceOf(Admitted.class);
    store.finished(lease);
    store.granted(waiting, "w");
  }

  @Test
  void aWholeLifeStaysInOneSlotOfACluster() throws IOException {
    Store store = start("--cluster-enabled", "yes", "--cluster-port", "" + FreePort.choose());
    command(store, "CLUSTER", "ADDSLOTSRANGE", "0", "16383");
    await().atMost(20, TimeUnit.SECONDS).ignoreExceptions().until(() -> opened(store));
    OwnerLimits one = new OwnerLimits(10, 1, 100);
    Job first = store.accepted(Store.job("owner", "https://a.example/", "g"), one);
    Job second = store.accepted(Store.job("owner"), one);
    Lease lease = store.granted(first, "w");
    store.leases.claim(second, Store.at(2), "w");
    store.leases.beat(Store.card("w", 1), List.of(lease));
    store.leases.giveBack(first.jobId(), 1, GiveBack.RELEASED);
    store.finished(store.granted(second, "w"));
    store.ends.cancel(first.jobId(), "owner", Store.cancelled(first));
    store.leases.published(first.jobId());
    store.repair.restore(List.of(new LaneRepair.Logged(Store.job("owner"), Store.at(3))));
    assertThat(store.repair.resume(10)).isEmpty();
    assertThat(store.archive.replies(List.of(first.jobId(), second.jobId()))).hasSize(2);
    assertThat(store.queueLength()).isEqualTo(1);
  }

  private static boolean opened(Store store) {
    store.open();
    return true;
  }

  private static void server(Store store, Consumer<RedisServerCommands> change) {
    try (RedisConnection connection = connections(store).getConnection()) {
      change.accept(connection.serverCommands());
    }
  }

  private static void command(Store store, String command, String... arguments) {
    byte[][] bytes = new byte[arguments.length][];
    for (int i = 0; i < arguments.length; i++) {
      bytes[i] = arguments[i].getBytes(StandardCharsets.UTF_8);
    }
    try (RedisConnection connection = connections(store).getConnection()) {
      connection.execute(command, bytes);
    }
  }

  private static JedisConnectionFactory connections(Store store) {
    return (JedisConnectionFactory) Objects.requireNonNull(store.redis.getConnectionFactory());
  }
}
