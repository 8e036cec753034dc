package io.millrace.webhook.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.queue.Completion;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.data.redis.core.StringRedisTemplate;

/** Who gives way when more deliveries fail than may be pending. */
@Tag("services")
class PendingSharesTest {

  private static final int MOST = 6;
  private static final Verdict AGAIN = new Verdict.Again(Duration.ofHours(1));

  @TempDir private Path folder;
  private DeliveryRedis redis;
  private StringRedisTemplate template;
  private DeliveryStore store;
  private DeliveryArchive archive;

  @BeforeEach
  void start() {
    redis = new DeliveryRedis(folder);
    template = redis.template();
    store = redis.store(MOST);
    archive = new DeliveryArchive(template);
  }

  @AfterEach
  void stop() {
    redis.close();
  }

  @Test
  void theLongestFailingOfWhoeverHasMostGivesWay() {
    List<Delivery> flood = failing("flooder", MOST, 2);
    Delivery modest = begun("modest");
    DeliveryStore.RecordedAttempt first = fail(modest, 1);

    assertThat(first.state()).isEqualTo(DeliveryState.PENDING);
    assertThat(first.givenUp()).hasSize(1);
    DeliveryMarker gone = first.givenUp().get(0);
    assertThat(gone.delivery().jobId()).isEqualTo(flood.get(0).jobId());
    assertThat(gone.delivery().owner()).isEqualTo("flooder");
    assertThat(gone.delivery().url()).isEqualTo(flood.get(0).url());
    assertThat(gone.state()).isEqualTo(DeliveryState.DEAD);
    assertThat(gone.attempts()).isEqualTo(2);
    assertThat(gone.last()).isEqualTo(attempt(2));
    assertThat(fail(modest, 2).givenUp()).isEmpty();
    assertThat(fail(modest, 3).givenUp()).isEmpty();
    assertThat(state(flood.get(0))).isEqualTo(DeliveryState.DEAD);
    assertThat(archive.dead("flooder", 0, 10)).hasSize(1);
    assertThat(state(modest)).isEqualTo(DeliveryState.PENDING);
  }

  @Test
  void aFirstFailureIsNeverTheLastHoweverManyThereAre() {
    List<Delivery> all = failing("flooder", 3 * MOST, 1);
    assertThat(all).allMatch(each -> state(each) == DeliveryState.PENDING);
    // Those that fail again make room, the longest failing first: this one itself.
    DeliveryStore.RecordedAttempt again = fail(all.get(0), 2);
    assertThat(again.givenUp())
        .extracting(each -> each.delivery().jobId())
        .containsExactly(all.get(0).jobId());
    assertThat(all.subList(1, all.size())).allMatch(each -> state(each) == DeliveryState.PENDING);
  }

  @Test
  void whatArrivesOrIsSentAgainByHandCountsNoMore() {
    List<Delivery> all = failing("flooder", MOST, 2);
    store.record(all.get(0), attempt(3), new Verdict.Arrived());
    store.record(all.get(1), attempt(3), new Verdict.GivenUp());
    assertThat(store.revive(all.get(2).jobId())).isInstanceOf(DeliveryStore.Due.class);
    for (Delivery each : failing("other", 3, 2)) {
      assertThat(state(each)).isEqualTo(DeliveryState.PENDING);
    }
    assertThat(all.subList(2, MOST)).allMatch(each -> state(each) == DeliveryState.PENDING);
    // The seventh: of two owners with three each one gives way, and none of a third.
    assertThat(fail(begun("third"), 1).givenUp()).hasSize(1);
  }

  @Test
  void oneThatIsGivenUpWhileItsAttemptIsMadeIsDoneWhenItArrives() {
    List<Delivery> flood = failing("flooder", MOST, 2);
    fail(begun("modest"), 1);
    assertThat(state(flood.get(0))).isEqualTo(DeliveryState.DEAD);
    store.record(flood.get(0), attempt(3), new Verdict.Arrived());
    assertThat(state(flood.get(0))).isEqualTo(DeliveryState.DELIVERED);
    assertThat(archive.dead("flooder", 0, 10)).isEmpty();
  }

  @Test
  void nothingStaysForEverBesideWhatIsDue() {
    failing("flooder", MOST, 2);
    fail(begun("modest"), 2);
    store.record(begun("ended"), attempt(1), new Verdict.GivenUp());
    store.record(begun("arrived"), attempt(1), new Verdict.Arrived());
    Set<String> lasting =
        template.keys("*").stream()
            .filter(key -> template.getExpire(key) < 0)
            .collect(Collectors.toSet());
    assertThat(lasting).containsExactlyInAnyOrder(DeliveryKeys.DUE, "{millrace}:webhooks:epoch");
  }

  private List<Delivery> failing(String owner, int count, int times) {
    List<Delivery> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Delivery delivery = begun(owner);
      for (int failure = 1; failure <= times; failure++) {
        fail(delivery, failure);
      }
      all.add(delivery);
    }
    return all;
  }

  private Delivery begun(String owner) {
    Completion completion =
        new Completion(UUID.randomUUID(), owner, "https://" + owner + ".example/", "{}", null);
    return store.take(completion, 1, 1, Duration.ofSeconds(30)).orElseThrow();
  }

  private DeliveryStore.RecordedAttempt fail(Delivery delivery, int number) {
    return store.record(delivery, attempt(number), AGAIN);
  }

  private static Attempt attempt(int number) {
    return new Attempt(number, 1, "rejected", 500, "The receiver answered 500");
  }

  private DeliveryState state(Delivery delivery) {
    return archive.find(delivery.jobId()).orElseThrow().state();
  }
}
