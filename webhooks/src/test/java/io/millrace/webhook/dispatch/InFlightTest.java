package io.millrace.webhook.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class InFlightTest {

  private final MovedClock clock = new MovedClock();

  @Test
  void aReceiverThatIsFullLeavesRoomForOthers() {
    InFlight inFlight = new InFlight(new InFlight.Limits(10, 2, 10, 1000), clock);

    enter(inFlight, "hanging", "alice");
    enter(inFlight, "hanging", "alice");

    assertThat(inFlight.enter("hanging", "alice", 1)).isInstanceOf(Turn.Later.class);
    assertThat(inFlight.enter("live", "alice", 1)).isInstanceOf(Turn.Now.class);
  }

  @Test
  void anOwnerWhoIsFullLeavesRoomForOthers() {
    InFlight inFlight = new InFlight(new InFlight.Limits(10, 10, 2, 1000), clock);

    enter(inFlight, "a", "alice");
    enter(inFlight, "b", "alice");

    assertThat(inFlight.enter("c", "alice", 1)).isInstanceOf(Turn.Later.class);
    assertThat(inFlight.enter("c", "bob", 1)).isInstanceOf(Turn.Now.class);
  }

  @Test
  void bytesAreBoundedButALargeMessageStillPassesAlone() {
    InFlight inFlight = new InFlight(new InFlight.Limits(10, 10, 10, 1000), clock);

    Turn.Now large = enter(inFlight, "a", "alice", 5000);
    assertThat(inFlight.enter("b", "bob", 1)).isInstanceOf(Turn.Later.class);
    large.leave().run();

    assertThat(inFlight.enter("b", "bob", 1)).isInstanceOf(Turn.Now.class);
  }

  @Test
  void leavingGivesEverythingBack() throws InterruptedException {
    InFlight inFlight = new InFlight(new InFlight.Limits(1, 1, 1, 1000), clock);

    for (int i = 0; i < 3; i++) {
      enter(inFlight, "a", "alice").leave().run();
    }

    assertThat(inFlight.inFlight()).isZero();
    assertThat(inFlight.awaitIdle(1)).isTrue();
  }

  @Test
  void nothingIsKeptOfReceiversThatFoundNoRoom() {
    InFlight inFlight = new InFlight(new InFlight.Limits(10, 10, 1, 1000), clock);
    Turn.Now turn = enter(inFlight, "a", "alice");
    for (int i = 0; i < 100; i++) {
      inFlight.enter("receiver " + i, "alice", 1);
    }
    turn.leave().run();

    assertThat(inFlight.known()).isZero();
  }

  @Test
  void whoFindsNoRoomComesAgainAtThePaceOfTheReceiver() {
    InFlight inFlight = new InFlight(new InFlight.Limits(100, 2, 100, 1000), clock);
    Turn.Now first = enter(inFlight, "slow", "alice");
    enter(inFlight, "slow", "alice");
    clock.move(Duration.ofSeconds(10));
    first.leave().run();
    enter(inFlight, "slow", "alice");

    List<Long> waits = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      waits.add(((Turn.Later) inFlight.enter("slow", "alice", 1)).comeAgain().toMillis());
    }

    // Two at a time, ten seconds each: one every five seconds.
    assertThat(waits).containsExactly(5100L, 10100L, 15100L);
  }

  @Test
  void theEndOfTheLastAttemptIsWaitedFor() throws InterruptedException {
    InFlight inFlight = new InFlight(new InFlight.Limits(1, 1, 1, 1000), clock);
    Turn.Now turn = enter(inFlight, "a", "alice");

    assertThat(inFlight.awaitIdle(1)).isFalse();
    CompletableFuture.runAsync(turn.leave());
    assertThat(inFlight.awaitIdle(10_000)).isTrue();
  }

  @Test
  void aReceiverIsForgivenAfterAWhileOrWhenItAnswers() {
    HangingReceivers hanging = new HangingReceivers(clock);
    hanging.note("a", true);
    hanging.note("b", true);
    hanging.note("b", false);

    assertThat(hanging.contains("a")).isTrue();
    assertThat(hanging.contains("b")).isFalse();
    clock.move(HangingReceivers.MEMORY);
    assertThat(hanging.contains("a")).isFalse();
  }

  private static Turn.Now enter(InFlight inFlight, String receiver, String owner) {
    return enter(inFlight, receiver, owner, 1);
  }

  private static Turn.Now enter(InFlight inFlight, String receiver, String owner, int bytes) {
    return (Turn.Now) inFlight.enter(receiver, owner, bytes);
  }
}
