package io.millrace.webhook.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.queue.Completion;
import io.millrace.queue.Topics;
import io.millrace.standalone.testing.Eventually;
import io.millrace.standalone.testing.FreePort;
import io.millrace.standalone.testing.receiver.Behaviour;
import io.millrace.standalone.testing.receiver.Received;
import io.millrace.standalone.testing.receiver.ScriptedReceiver;
import io.millrace.webhook.delivery.Attempt;
import io.millrace.webhook.delivery.DeliveryReport;
import io.millrace.webhook.delivery.DeliveryState;
import io.millrace.webhook.delivery.DeliveryStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Deliveries from the log of completions to receivers, on a real broker and a real Redis. */
@Tag("services")
class WebhookDispatchTest {

  @TempDir static Path folder;
  private static Stores stores;

  @BeforeAll
  static void startStores() {
    stores = Stores.start(folder);
  }

  @AfterAll
  static void stopStores() {
    stores.close();
  }

  @Test
  void aJobsEndArrivesOnceAsItWasWritten() throws InterruptedException {
    try (ScriptedReceiver receiver = ScriptedReceiver.always(Behaviour.status(204));
        DispatcherUnderTest dispatcher = stores.dispatcher()) {
      String body = "{\"message\":\"h\u00fcllo \ud83d\ude00\"}";
      Completion completion =
          new Completion(UUID.randomUUID(), "alice", receiver.url("/hook"), body, null);
      stores.complete(completion);
      stores.complete(completion);
      Received request = receiver.next();
      awaitState(dispatcher, completion.jobId(), DeliveryState.DELIVERED);
      UUID afterwards = stores.complete(receiver.url("/later"));
      awaitState(dispatcher, afterwards, DeliveryState.DELIVERED);

      assertThat(request.text()).isEqualTo(body);
      assertThat(request.header("webhook-id")).isEqualTo(completion.jobId().toString());
      assertThat(request.header("webhook-signature")).startsWith("v1,");
      assertThat(receiver.all()).extracting(Received::target).containsExactly("/hook", "/later");
      assertThat(dispatcher.count("millrace.webhook.attempts", "outcome", "delivered"))
          .isEqualTo(2);
    }
  }

  @Test
  void aReceiverThatComesUpLateGetsItWithEverGrowingWaits() throws Exception {
    int port = FreePort.choose();
    try (DispatcherUnderTest dispatcher = stores.dispatcher("retry-base=5ms")) {
      UUID job = stores.complete("http://127.0.0.1:" + port + "/hook");
      Eventually.holds("three refusals", () -> attempts(dispatcher, job).size() >= 3);
      Eventually.holds("it is told", () -> dispatcher.gauge("millrace.webhook.pending") >= 1);
      try (ScriptedReceiver receiver =
          ScriptedReceiver.start(port, (number, request) -> Behaviour.status(200))) {
        receiver.next();
        awaitState(dispatcher, job, DeliveryState.DELIVERED);

        List<Attempt> attempts = attempts(dispatcher, job);
        assertThat(receiver.all()).hasSize(1);
        assertThat(attempts)
            .extracting(Attempt::outcome)
            .startsWith("unreachable")
            .endsWith("delivered");
        assertThat(gaps(attempts).get(0)).isGreaterThanOrEqualTo(4);
        assertThat(gaps(attempts).get(1)).isGreaterThanOrEqualTo(240);
        assertThat(gaps(attempts).get(2)).isGreaterThanOrEqualTo(1440);
      }
    }
  }

  @Test
  void everyAttemptHasTheSameIdAndBodyAndTheEighthIsTheLast() {
    try (ScriptedReceiver receiver = ScriptedReceiver.always(Behaviour.status(500));
        DispatcherUnderTest dispatcher = stores.dispatcher()) {
      UUID job = stores.complete("mallory", receiver.url("/hook"), "{\"n\":1}");
      for (int attempts = 5; attempts < 8; attempts++) {
        int made = attempts;
        Eventually.holds(made + " attempts", () -> attempts(dispatcher, job).size() == made);
        stores.makeDue(job);
      }
      awaitState(dispatcher, job, DeliveryState.DEAD);

      assertThat(receiver.all()).hasSize(8);
      assertThat(receiver.all())
          .extracting(each -> each.header("webhook-id"))
          .containsOnly("" + job);
      assertThat(receiver.all()).extracting(Received::text).containsOnly("{\"n\":1}");
      assertThat(dispatcher.dead("mallory")).extracting(DeliveryReport::jobId).containsExactly(job);
      assertThat(dispatcher.dead("alice")).extracting(DeliveryReport::jobId).doesNotContain(job);
      // It also ends what other tests left to be tried again.
      assertThat(dispatcher.count("millrace.webhook.ended", "state", "dead")).isPositive();
      Eventually.holds("the dead are told", () -> dispatcher.gauge("millrace.webhook.dead") >= 1);
    }
  }

  @Test
  void goneEndsItAtOnceAndItCanBeSentAgainByHand() {
    AtomicBoolean gone = new AtomicBoolean(true);
    try (ScriptedReceiver receiver =
            ScriptedReceiver.start((n, request) -> Behaviour.status(gone.get() ? 410 : 200));
        DispatcherUnderTest dispatcher = stores.dispatcher()) {
      UUID job = stores.complete("gone", receiver.url("/hook"), "{}");
      awaitState(dispatcher, job, DeliveryState.DEAD);
      assertThat(receiver.all()).hasSize(1);

      gone.set(false);
      assertThat(dispatcher.bean(DeliveryStore.class).revive(job))
          .isInstanceOf(DeliveryStore.Due.class);
      awaitState(dispatcher, job, DeliveryState.DELIVERED);

      assertThat(receiver.all()).hasSize(2);
      assertThat(receiver.all())
          .extracting(each -> each.header("webhook-id"))
          .containsOnly("" + job);
      assertThat(dispatcher.dead("gone")).isEmpty();
    }
  }

  @Test
  void fortyHangingReceiversDelayNoLiveOne() throws Exception {
    List<ScriptedReceiver> hanging = new ArrayList<>();
    try (ScriptedReceiver live = ScriptedReceiver.always(Behaviour.status(200));
        DispatcherUnderTest dispatcher = stores.dispatcher()) {
      for (int i = 0; i < 40; i++) {
        hanging.add(ScriptedReceiver.always(Behaviour.hang()));
        stores.complete(hanging.get(i).url("/"));
      }
      for (ScriptedReceiver each : hanging) {
        each.next();
      }
      long ended = System.nanoTime();
      stores.complete(live.url("/"));
      Duration took = Duration.ofNanos(live.next().nanoTime() - ended);

      assertThat(took).isLessThan(Duration.ofSeconds(1));
      // Or the dispatcher's end would wait for them.
      hanging.forEach(ScriptedReceiver::close);
    } finally {
      hanging.forEach(ScriptedReceiver::close);
    }
  }

  @Test
  void aBacklogBeyondAReceiversRoomArrivesWhole() {
    try (ScriptedReceiver receiver = ScriptedReceiver.always(Behaviour.status(200));
        DispatcherUnderTest dispatcher = stores.dispatcher("max-per-receiver=4")) {
      Set<String> jobs = new HashSet<>();
      for (int i = 0; i < 200; i++) {
        jobs.add(stores.complete(receiver.url("/")).toString());
      }
      Eventually.holds("all arrived", () -> receiver.all().size() >= jobs.size());

      assertThat(receiver.all())
          .extracting(each -> each.header("webhook-id"))
          .containsExactlyInAnyOrderElementsOf(jobs);
    }
  }

  @Test
  void anEmptiedRedisLosesNoDeliveryAndRepeatsNone() {
    AtomicBoolean up = new AtomicBoolean();
    try (ScriptedReceiver good = ScriptedReceiver.always(Behaviour.status(200));
        ScriptedReceiver gone = ScriptedReceiver.always(Behaviour.status(410));
        ScriptedReceiver late =
            ScriptedReceiver.start((n, request) -> Behaviour.status(up.get() ? 200 : 500));
        DispatcherUnderTest dispatcher = stores.dispatcher("retry-base=100ms")) {
      UUID arrived = stores.complete(good.url("/"));
      UUID dead = stores.complete("emptied", gone.url("/"), "{}");
      UUID pending = stores.complete(late.url("/"));
      awaitState(dispatcher, arrived, DeliveryState.DELIVERED);
      awaitState(dispatcher, dead, DeliveryState.DEAD);
      Eventually.holds("two attempts", () -> attempts(dispatcher, pending).size() >= 2);
      stores.awaitMarkers(arrived, dead);

      up.set(true);
      stores.emptyRedis();

      awaitState(dispatcher, pending, DeliveryState.DELIVERED);
      awaitState(dispatcher, dead, DeliveryState.DEAD);
      assertThat(dispatcher.dead("emptied"))
          .extracting(DeliveryReport::jobId)
          .containsExactly(dead);
      assertThat(good.all()).hasSize(1);
      assertThat(gone.all()).hasSize(1);
    }
  }

  @Test
  void whatEndsWhileRedisTakesNoWritesArrivesWhenItDoes() throws InterruptedException {
    try (ScriptedReceiver receiver = ScriptedReceiver.always(Behaviour.status(200));
        DispatcherUnderTest dispatcher = stores.dispatcher()) {
      UUID before = stores.complete(receiver.url("/"));
      awaitState(dispatcher, before, DeliveryState.DELIVERED);
      stores.pauseRedis();
      UUID during = stores.complete(receiver.url("/"));
      stores.resumeRedis();

      awaitState(dispatcher, during, DeliveryState.DELIVERED);
    }
  }

  @Test
  void aFullRedisHasNobodyReadTheLogAgainOverAndOver() {
    try (ScriptedReceiver receiver = ScriptedReceiver.always(Behaviour.status(200));
        DispatcherUnderTest one = stores.dispatcher();
        DispatcherUnderTest two = stores.dispatcher()) {
      for (int i = 0; i < 50; i++) {
        awaitState(one, stores.complete(receiver.url("/")), DeliveryState.DELIVERED);
      }
      double before =
          one.count("millrace.webhook.log.reread") + two.count("millrace.webhook.log.reread");
      stores.fillRedis();
      UUID during = stores.complete(receiver.url("/"));
      Eventually.holds("a take fails", () -> failedTakes(one) + failedTakes(two) > 0);
      // Some more of the pauses after which the log used to be read, whole, by both.
      long end = System.nanoTime() + 1_500_000_000L;
      Eventually.holds("time passes", () -> System.nanoTime() > end);
      assertThat(one.is(during, DeliveryState.PENDING)).isFalse();
      stores.giveRedisRoom();

      awaitState(one, during, DeliveryState.DELIVERED);
      double after =
          one.count("millrace.webhook.log.reread") + two.count("millrace.webhook.log.reread");
      assertThat(after - before).as("records read again").isLessThanOrEqualTo(6);
      assertThat(failedTakes(one) + failedTakes(two)).as("one a taker").isLessThanOrEqualTo(4);
    }
  }

  private static double failedTakes(DispatcherUnderTest dispatcher) {
    return dispatcher.count("millrace.webhook.takes.failed");
  }

  @Test
  void aRecordThatIsNoCompletionIsPutAsideAndBlocksNobody() {
    try (ScriptedReceiver receiver = ScriptedReceiver.always(Behaviour.status(200));
        DispatcherUnderTest dispatcher = stores.dispatcher()) {
      byte[] garbage = "no json".getBytes(StandardCharsets.UTF_8);
      stores.queue().send(new ProducerRecord<>(Topics.COMPLETIONS, garbage)).join();
      UUID job = stores.complete(receiver.url("/"));
      awaitState(dispatcher, job, DeliveryState.DELIVERED);

      Eventually.holds("put aside", () -> !stores.read(Topics.DEAD_LETTERS).isEmpty());
      assertThat(stores.read(Topics.DEAD_LETTERS))
          .extracting(ConsumerRecord::value)
          .containsOnly(garbage);
    }
  }

  private static void awaitState(DispatcherUnderTest dispatcher, UUID job, DeliveryState state) {
    Eventually.holds(job + " " + state, () -> dispatcher.is(job, state));
  }

  private static List<Attempt> attempts(DispatcherUnderTest dispatcher, UUID job) {
    return dispatcher.find(job).map(DeliveryReport::attempts).orElse(List.of());
  }

  private static List<Long> gaps(List<Attempt> attempts) {
    List<Long> gaps = new ArrayList<>();
    for (int i = 1; i < attempts.size(); i++) {
      gaps.add(attempts.get(i).at() - attempts.get(i - 1).at());
    }
    return gaps;
  }
}
