package io.millrace.webhook.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.queue.Completion;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.data.redis.core.StringRedisTemplate;

/** From where the log is read again for a Redis that was emptied, or that lacks its last writes. */
@Tag("services")
class ForgetfulRedisTest {

  private static final String EPOCH = "{millrace}:webhooks:epoch";
  private static final Duration LEASE = Duration.ofSeconds(60);
  private static final TakenUpTo TAKEN = new TakenUpTo(40, 1_000);

  @TempDir private Path folder;
  private DeliveryRedis redis;
  private StringRedisTemplate template;
  private DeliveryStore store;

  @BeforeEach
  void start() {
    redis = new DeliveryRedis(folder);
    template = redis.template();
    store = redis.store(10);
  }

  @AfterEach
  void stop() {
    redis.close();
  }

  @Test
  void whatIsNotedAfterItWasEmptiedHidesNothing() {
    template.delete(EPOCH);
    // By a gateway that has not noticed yet.
    store.noteTaken(TAKEN);
    assertThat(store.beginReading(LEASE)).hasValue(0);
    store.rebuilt(Optional.of(TAKEN));
    assertThat(store.beginReading(LEASE)).isEmpty();
    template.delete(EPOCH);
    assertThat(store.beginReading(LEASE)).hasValue(TAKEN.offset());
  }

  @Test
  void whatIsNotedBeforeAnotherRedisWasRepairedHidesNothing() {
    store.noteTaken(TAKEN);
    template.opsForValue().set("{millrace}:server", "the one before");
    store.noteTaken(new TakenUpTo(50, 2_000));
    template.delete(EPOCH);
    assertThat(store.beginReading(LEASE)).hasValue(TAKEN.offset());
  }

  @Test
  void whoeverCannotReadTheLogLeavesItToTheNext() {
    template.delete(EPOCH);
    MessageReader away = new MessageReader(ForgetfulRedisTest::refuse, ForgetfulRedisTest::refuse);
    DeliveryRebuild rebuild =
        new DeliveryRebuild(away, store, new SimpleMeterRegistry(), Clock.systemUTC());
    assertThatThrownBy(rebuild::run).isInstanceOf(KafkaException.class);
    assertThat(store.beginReading(LEASE)).hasValue(0);
  }

  @Test
  void anEndIsOwedToTheLogThoughAnAttemptWasAddedSince() {
    Completion completion =
        new Completion(UUID.randomUUID(), "alice", "https://alice.example/", "{}", null);
    Delivery delivery = store.take(completion, 1, 1, LEASE).orElseThrow();
    Attempt attempt = new Attempt(1, 1, "delivered", 200, null);
    assertThat(store.record(delivery, attempt, new Verdict.Arrived()).isEnd()).isTrue();
    // By a gateway that had lost its lease; the first one died before the log had the end.
    assertThat(store.record(delivery, attempt, new Verdict.Arrived()).isEnd()).isFalse();
    String owed = "{millrace}:webhooks:unmarked";
    template.opsForZSet().add(owed, delivery.jobId() + ":1", 0);

    List<DeliveryMarker> ends = claim(List.of()).unmarked();
    assertThat(ends).extracting(DeliveryMarker::state).containsExactly(DeliveryState.DELIVERED);
    assertThat(claim(ends).unmarked()).isEmpty();
    assertThat(template.hasKey(owed)).isFalse();
  }

  private DeliveryStore.Claimed claim(List<DeliveryMarker> marked) {
    return (DeliveryStore.Claimed) store.claim(10, LEASE, marked);
  }

  private static Consumer<byte[], byte[]> refuse() {
    throw new KafkaException("the broker is away");
  }
}
