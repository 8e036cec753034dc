package io.millrace.webhook.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.queue.Completion;
import io.millrace.queue.Topics;
import io.millrace.standalone.testing.Eventually;
import io.millrace.standalone.testing.receiver.Behaviour;
import io.millrace.standalone.testing.receiver.Received;
import io.millrace.standalone.testing.receiver.ScriptedReceiver;
import io.millrace.webhook.delivery.Delivery;
import io.millrace.webhook.delivery.DeliveryLog;
import io.millrace.webhook.delivery.DeliveryLog.Marked;
import io.millrace.webhook.delivery.DeliveryMarker;
import io.millrace.webhook.delivery.DeliveryReport;
import io.millrace.webhook.delivery.DeliveryState;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What has ended, delivered or dead, is never sent again, whatever Redis or Kafka forgot of it. */
@Tag("services")
class EndedDeliveriesTest {

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
  void anEndThatTheLogDidNotTakeIsWrittenThereLaterByWhoeverIsThere() throws Exception {
    CountDownLatch refused = new CountDownLatch(1);
    try (ScriptedReceiver good = answeringAfter(refused, 200);
        ScriptedReceiver gone = answeringAfter(refused, 410)) {
      UUID arrived = stores.complete(good.url("/"));
      UUID dead = stores.complete("owed", gone.url("/"), "{}");
      try (DispatcherUnderTest first = stores.dispatcher()) {
        good.next();
        gone.next();
        stores.refuseCompletions();
        refused.countDown();
        awaitState(first, arrived, DeliveryState.DELIVERED);
        awaitState(first, dead, DeliveryState.DEAD);
      }
      stores.takeCompletions();
      try (DispatcherUnderTest second = stores.dispatcher()) {
        stores.awaitMarkers(arrived, dead);
        stores.emptyRedis();
        awaitNextDelivered(second);
        assertSentOnce(good, arrived);
        assertSentOnce(gone, dead);
      }
    }
  }

  @Test
  void aCompletionThatIsInTheLogOnceMoreIsNotSentAgainAfterRedisWasEmptied() {
    try (ScriptedReceiver good = ScriptedReceiver.always(Behaviour.status(200));
        DispatcherUnderTest dispatcher = stores.dispatcher()) {
      Completion early = completion(good.url("/"));
      Completion late = completion(good.url("/"));
      for (Completion each : List.of(early, late)) {
        stores.complete(each);
        awaitState(dispatcher, each.jobId(), DeliveryState.DELIVERED);
      }
      stores.awaitMarkers(early.jobId(), late.jobId());
      stores.complete(early);
      awaitNextDelivered(dispatcher);

      stores.emptyRedis();
      awaitNextDelivered(dispatcher);
      stores.complete(late);
      awaitNextDelivered(dispatcher);

      assertSentOnce(good, early.jobId());
      assertSentOnce(good, late.jobId());
    }
  }

  @Test
  void anOlderRedisHearsFromTheLogWhatHasEnded() {
    try (ScriptedReceiver good = ScriptedReceiver.always(Behaviour.status(200));
        DispatcherUnderTest dispatcher = stores.dispatcher()) {
      UUID job = stores.complete(good.url("/"));
      awaitState(dispatcher, job, DeliveryState.DELIVERED);
      stores.awaitMarkers(job);

      stores.forgetAttempt(job);

      awaitNextDelivered(dispatcher);
      awaitState(dispatcher, job, DeliveryState.DELIVERED);
      assertSentOnce(good, job);
    }
  }

  @Test
  void aGroupThatWasResetSendsNothingAgainThatRedisHasLongForgotten() throws Exception {
    try (ScriptedReceiver good = ScriptedReceiver.always(Behaviour.status(200))) {
      UUID job;
      try (DispatcherUnderTest first = stores.dispatcher()) {
        job = stores.complete(good.url("/"));
        awaitState(first, job, DeliveryState.DELIVERED);
        stores.awaitMarkers(job);
        // What is taken, and when its acknowledgement is seen, are two moments.
        awaitNextDelivered(first);
      }
      stores.expire(job);
      stores.resetDispatchers();

      UUID later = stores.complete(good.url("/"));
      try (DispatcherUnderTest second = stores.dispatcher()) {
        awaitState(second, later, DeliveryState.DELIVERED);
      }
      assertSentOnce(good, job);
      assertSentOnce(good, later);
    }
  }

  @Test
  void aWishToSendAgainIsKeptUntilItIsFulfilledAndNotLonger() {
    AtomicInteger status = new AtomicInteger(410);
    try (ScriptedReceiver receiver =
            ScriptedReceiver.start((n, request) -> Behaviour.status(status.get()));
        DispatcherUnderTest dispatcher = stores.dispatcher()) {
      UUID job = stores.complete("wishes", receiver.url("/"), "{}");
      awaitState(dispatcher, job, DeliveryState.DEAD);
      stores.awaitMarkers(job);
      DeliveryReport dead = dispatcher.find(job).orElseThrow();
      Delivery delivery =
          stores.read(Topics.COMPLETIONS).stream()
              .flatMap(
                  each ->
                      DeliveryLog.entry(each) instanceof Marked m ? Stream.of(m) : Stream.empty())
              .map(each -> each.marker().delivery())
              .filter(each -> each.jobId().equals(job))
              .findFirst()
              .orElseThrow();
      DeliveryMarker wish =
          DeliveryMarker.of(delivery, DeliveryState.PENDING, dead.attemptCount(), null);
      status.set(200);
      dispatcher.bean(DeliveryLog.class).mark(wish).join();
      stores.emptyRedis();
      awaitState(dispatcher, job, DeliveryState.DELIVERED);
      Eventually.holds("its end is in the log", () -> stores.markers(job) == 3);

      // As of a gateway that wrote the wish down late.
      dispatcher.bean(DeliveryLog.class).mark(wish).join();
      stores.emptyRedis();
      awaitNextDelivered(dispatcher);
      assertThat(receiver.all()).hasSize(2);
    }
  }

  private static ScriptedReceiver answeringAfter(CountDownLatch event, int status) {
    return ScriptedReceiver.start(
        (number, request) ->
            (socket, closed) -> {
              event.await();
              Behaviour.status(status).answer(socket, closed);
            });
  }

  private static Completion completion(String url) {
    return new Completion(UUID.randomUUID(), "alice", url, "{}", null);
  }

  /** By then what the log had before has been taken, and what was due has been sent. */
  private static void awaitNextDelivered(DispatcherUnderTest dispatcher) {
    try (ScriptedReceiver receiver = ScriptedReceiver.always(Behaviour.status(200))) {
      UUID next = stores.complete(receiver.url("/"));
      awaitState(dispatcher, next, DeliveryState.DELIVERED);
      Eventually.holds("nothing is due", stores::isNothingDue);
    }
  }

  private static void assertSentOnce(ScriptedReceiver receiver, UUID job) {
    assertThat(receiver.all())
        .extracting((Received each) -> each.header("webhook-id"))
        .containsOnlyOnce("" + job);
  }

  private static void awaitState(DispatcherUnderTest dispatcher, UUID job, DeliveryState state) {
    Eventually.holds(job + " " + state, () -> dispatcher.is(job, state));
  }
}
