package io.millrace.gateway.reply;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.gateway.support.TestSettings;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ReplyAwaiterTest {

  private final ReplyAwaiter awaiter =
      new ReplyAwaiter(TestSettings.with("gateway.max-waiting", "2"), new SimpleMeterRegistry());
  private final UUID jobId = UUID.randomUUID();
  private final Awaited.Answer answer = new Awaited.Answer(200, new byte[0]);

  @Test
  void allWhoWaitForAJobGetItsAnswer() {
    Ticket one = awaiter.expect(jobId).orElseThrow();
    Ticket two = awaiter.expect(jobId).orElseThrow();
    awaiter.deliver(jobId, answer);
    assertThat(one.outcome()).isCompletedWithValue(answer);
    assertThat(two.outcome()).isCompletedWithValue(answer);
  }

  @Test
  void anAnswerToAnotherJobIsNobodysHere() {
    Ticket ticket = awaiter.expect(jobId).orElseThrow();
    awaiter.deliver(UUID.randomUUID(), answer);
    assertThat(ticket.outcome()).isNotDone();
  }

  @Test
  void aFullRoomTakesNobodyUntilSomebodyLeaves() {
    Ticket first = awaiter.expect(jobId).orElseThrow();
    awaiter.expect(jobId);
    assertThat(awaiter.expect(jobId)).isEmpty();
    awaiter.leave(first);
    assertThat(awaiter.expect(jobId)).isPresent();
  }

  @Test
  void onlyTheLastWhoLeavesLeavesTheJobAlone() {
    Ticket one = awaiter.expect(jobId).orElseThrow();
    Ticket two = awaiter.expect(jobId).orElseThrow();
    assertThat(awaiter.leave(one)).isFalse();
    assertThat(awaiter.leave(one)).isFalse();
    assertThat(awaiter.leave(two)).isTrue();
    assertThat(awaiter.size()).isZero();
    assertThat(awaiter.awaited()).isEmpty();
  }

  @Test
  void whoeverIsSentAwayKnowsThatItsJobGoesOn() {
    Ticket before = awaiter.expect(jobId).orElseThrow();
    awaiter.sendAllAway();
    Ticket after = awaiter.expect(jobId).orElseThrow();
    assertThat(before.outcome()).isCompletedWithValue(new Awaited.StillWorking());
    assertThat(after.outcome()).isCompletedWithValue(new Awaited.StillWorking());
  }
}
