package io.millrace.webhook.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.standalone.testing.receiver.Behaviour;
import io.millrace.standalone.testing.receiver.Received;
import io.millrace.standalone.testing.receiver.ScriptedReceiver;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kill -9} of the dispatching process at each step: another goes on, same id, same body. */
@Tag("services")
class KilledDispatcherTest {

  private static final String[] SHORT_LEASES = {
    "lease=4s", "head-timeout=2s", "total-timeout=2s", "connect-timeout=1s"
  };

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
  void beforeTheDeliveryIsWrittenDown() throws InterruptedException {
    try (ScriptedReceiver receiver = ScriptedReceiver.always(Behaviour.status(200));
        DispatcherProcess first = DispatcherProcess.start(stores, SHORT_LEASES)) {
      UUID ordinary = stores.complete(receiver.url("/"));
      assertThat(receiver.next().header("webhook-id")).isEqualTo("" + ordinary);
      first.awaitLine(ordinary + ": webhook attempt 1 delivered");
      stores.pauseRedis();
      UUID job = stores.complete(receiver.url("/"));
      first.awaitLine(job + ": its end was taken");
      first.kill();
      stores.resumeRedis();

      try (DispatcherProcess second = DispatcherProcess.start(stores, SHORT_LEASES)) {
        // The paused Redis may not have heard of the first delivery: then that comes again, too.
        assertThat(receiver.nextOtherThan(ordinary).header("webhook-id")).isEqualTo("" + job);
        second.awaitLine(job + ": webhook attempt 1 delivered");
      }
    }
  }

  @Test
  void whileTheReceiverThinks() throws InterruptedException {
    try (ScriptedReceiver receiver =
            ScriptedReceiver.start(
                (number, request) -> number == 1 ? Behaviour.hang() : Behaviour.status(200));
        DispatcherProcess first = DispatcherProcess.start(stores, SHORT_LEASES)) {
      UUID job = stores.complete("alice", receiver.url("/"), "{\"n\":1}");
      Received before = receiver.next();
      first.kill();

      try (DispatcherProcess second = DispatcherProcess.start(stores, SHORT_LEASES)) {
        assertSame(before, receiver.next());
        second.awaitLine(job + ": webhook attempt 1 delivered");
      }
    }
  }

  @Test
  void betweenTheAnswerAndItsRecord() throws InterruptedException {
    Behaviour answerWhileRedisTakesNoWrites =
        (socket, closed) -> {
          stores.pauseRedis();
          Behaviour.status(200).answer(socket, closed);
        };
    try (ScriptedReceiver receiver =
            ScriptedReceiver.start(
                (number, request) ->
                    number == 1 ? answerWhileRedisTakesNoWrites : Behaviour.status(200));
        DispatcherProcess first = DispatcherProcess.start(stores, SHORT_LEASES)) {
      UUID job = stores.complete("alice", receiver.url("/"), "{\"n\":2}");
      Received before = receiver.next();
      first.awaitLine(job + ": the receiver answered");
      first.kill();
      stores.resumeRedis();

      try (DispatcherProcess second = DispatcherProcess.start(stores, SHORT_LEASES)) {
        assertSame(before, receiver.next());
        second.awaitLine(job + ": webhook attempt 1 delivered");
      }
    }
  }

  private static void assertSame(Received before, Received again) {
    assertThat(again.header("webhook-id")).isEqualTo(before.header("webhook-id"));
    assertThat(again.text()).isEqualTo(before.text());
  }
}
