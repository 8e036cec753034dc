package io.millrace.gateway.reply;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.gateway.support.TestSettings;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ReplyAwaiterTest {

  private final ReplyAwaiter awaiter =
      new ReplyAwaiter(TestSettings.with("gateway.max-waiting", "2"), new SimpleMeterRegistry());
  private final UUID jobId = UUID.randomUUID();
  private final ExecutionReply answer = ExecutionReply.ended(jobId, 200, new byte[0]);

  @Test
  void allWhoWaitForAJobGetItsAnswer() {
    Waiter one = awaiter.expect(jobId).orElseThrow();
    Waiter two = awaiter.expect(jobId).orElseThrow();
    awaiter.deliver(jobId, answer);
    assertThat(one.reply()).isCompletedWithValue(Optional.of(answer));
    assertThat(two.reply()).isCompletedWithValue(Optional.of(answer));
  }

  @Test
  void anAnswerToAnotherJobIsNobodysHere() {
    Waiter waiter = awaiter.expect(jobId).orElseThrow();
    awaiter.deliver(UUID.randomUUID(), answer);
    assertThat(waiter.reply()).isNotDone();
  }

  @Test
  void aFullRoomTakesNobodyUntilSomebodyLeaves() {
    Waiter first = awaiter.expect(jobId).orElseThrow();
    awaiter.expect(jobId);
    assertThat(awaiter.expect(jobId)).isEmpty();
    first.leave();
    assertThat(awaiter.expect(jobId)).isPresent();
  }

  @Test
  void onlyTheLastWhoLeavesLeavesTheJobAlone() {
    Waiter one = awaiter.expect(jobId).orElseThrow();
    Waiter two = awaiter.expect(jobId).orElseThrow();
    assertThat(one.leave()).isFalse();
    assertThat(one.leave()).isFalse();
    assertThat(two.leave()).isTrue();
    assertThat(awaiter.size()).isZero();
    assertThat(awaiter.awaited()).isEmpty();
  }

  @Test
  void whoeverIsSentAwayKnowsThatItsJobGoesOn() {
    Waiter before = awaiter.expect(jobId).orElseThrow();
    awaiter.sendAllAway();
    Waiter after = awaiter.expect(jobId).orElseThrow();
    assertThat(before.reply()).isCompletedWithValue(Optional.empty());
    assertThat(after.reply()).isCompletedWithValue(Optional.empty());
  }
}
