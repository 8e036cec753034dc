package io.millrace.webhook.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class RoomTest {

  private final MovedClock clock = new MovedClock();

  @Test
  void aReceiverThatIsFullLeavesRoomForOthers() {
    Room room = new Room(new Room.Limits(10, 2, 10, 1000), clock);

    enter(room, "hanging", "alice");
    enter(room, "hanging", "alice");

    assertThat(room.enter("hanging", "alice", 1)).isInstanceOf(Admission.Full.class);
    assertThat(room.enter("live", "alice", 1)).isInstanceOf(Admission.Slot.class);
  }

  @Test
  void anOwnerWhoIsFullLeavesRoomForOthers() {
    Room room = new Room(new Room.Limits(10, 10, 2, 1000), clock);

    enter(room, "a", "alice");
    enter(room, "b", "alice");

    assertThat(room.enter("c", "alice", 1)).isInstanceOf(Admission.Full.class);
    assertThat(room.enter("c", "bob", 1)).isInstanceOf(Admission.Slot.class);
  }

  @Test
  void bytesAreBoundedButALargeMessageStillPassesAlone() {
    Room room = new Room(new Room.Limits(10, 10, 10, 1000), clock);

    Admission.Slot large = enter(room, "a", "alice", 5000);
    assertThat(room.enter("b", "bob", 1)).isInstanceOf(Admission.Full.class);
    large.leave().run();

    assertThat(room.enter("b", "bob", 1)).isInstanceOf(Admission.Slot.class);
  }

  @Test
  void leavingGivesEverythingBack() throws InterruptedException {
    Room room = new Room(new Room.Limits(1, 1, 1, 1000), clock);

    for (int i = 0; i < 3; i++) {
      enter(room, "a", "alice").leave().run();
    }

    assertThat(room.inFlight()).isZero();
    assertThat(room.awaitIdle(1)).isTrue();
  }

  @Test
  void nothingIsKeptOfReceiversThatFoundNoRoom() {
    Room room = new Room(new Room.Limits(10, 10, 1, 1000), clock);
    Admission.Slot slot = enter(room, "a", "alice");
    for (int i = 0; i < 100; i++) {
      room.enter("receiver " + i, "alice", 1);
    }
    slot.leave().run();

    assertThat(room.known()).isZero();
  }

  @Test
  void whoFindsNoRoomComesAgainAtThePaceOfTheReceiver() {
    Room room = new Room(new Room.Limits(100, 2, 100, 1000), clock);
    Admission.Slot first = enter(room, "slow", "alice");
    enter(room, "slow", "alice");
    clock.move(Duration.ofSeconds(10));
    first.leave().run();
    enter(room, "slow", "alice");

    List<Long> waits = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      waits.add(((Admission.Full) room.enter("slow", "alice", 1)).comeAgain().toMillis());
    }

    // Two at a time, ten seconds each: one every five seconds.
    assertThat(waits).containsExactly(5100L, 10100L, 15100L);
  }

  @Test
  void theEndOfTheLastAttemptIsWaitedFor() throws InterruptedException {
    Room room = new Room(new Room.Limits(1, 1, 1, 1000), clock);
    Admission.Slot slot = enter(room, "a", "alice");

    assertThat(room.awaitIdle(1)).isFalse();
    CompletableFuture.runAsync(slot.leave());
    assertThat(room.awaitIdle(10_000)).isTrue();
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

  private static Admission.Slot enter(Room room, String receiver, String owner) {
    return enter(room, receiver, owner, 1);
  }

  private static Admission.Slot enter(Room room, String receiver, String owner, int bytes) {
    return (Admission.Slot) room.enter(receiver, owner, bytes);
  }
}
