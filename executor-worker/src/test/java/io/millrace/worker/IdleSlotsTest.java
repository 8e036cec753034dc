package io.millrace.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.millrace.sandbox.Sandbox;
import io.millrace.standalone.testing.Eventually;
import io.millrace.trace.Traces;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class IdleSlotsTest {

  private static final Duration LONG = Duration.ofSeconds(20);

  private final AtomicBoolean jobsMayStart = new AtomicBoolean(true);
  private final IdleSlots idle = new IdleSlots(jobsMayStart::get);

  @Test
  void theLongestWaitingIsTakenFirstAndOneThatGotNoJobAgain() {
    JobLoop one = added(true);
    JobLoop two = added(true);

    assertThat(idle.take(LONG)).containsSame(one);
    idle.putBack(one);
    assertThat(idle.take(LONG)).containsSame(one);
    assertThat(idle.take(LONG)).containsSame(two);
    assertThat(idle.take(Duration.ZERO)).isEmpty();
  }

  @Test
  void oneWhoseSandboxIsDeadIsPassedOver() {
    added(false);
    JobLoop up = added(true);

    assertThat(idle.take(LONG)).containsSame(up);
    assertThat(idle.any()).isFalse();
  }

  @Test
  void noneIsGivenOutWhileNoJobMayStart() {
    added(true);
    jobsMayStart.set(false);

    assertThat(idle.any()).isFalse();
    assertThat(idle.take(Duration.ZERO)).isEmpty();
  }

  @Test
  void oneThatWasTakenCannotBeWithdrawn() {
    JobLoop slot = added(true);

    idle.take(LONG);
    assertThat(idle.withdraw(slot)).isFalse();
    idle.putBack(slot);
    assertThat(idle.withdraw(slot)).isTrue();
  }

  @Test
  void whoWaitsFirstGetsTheNextOneThoughAnotherWaitedBefore() {
    CompletableFuture<Optional<JobLoop>> usual =
        CompletableFuture.supplyAsync(() -> idle.take(LONG));
    long before = idle.changes();
    CompletableFuture<Optional<JobLoop>> first =
        CompletableFuture.supplyAsync(() -> idle.takeFirst(LONG));
    Eventually.holds(() -> idle.changes() > before);

    JobLoop one = added(true);
    assertThat(first.join()).containsSame(one);
    JobLoop two = added(true);
    assertThat(usual.join()).containsSame(two);
  }

  private JobLoop added(boolean up) {
    Sandbox sandbox = mock();
    when(sandbox.isUp()).thenReturn(up);
    JobLoop slot =
        new JobLoop(
            sandbox,
            idle,
            new SlotTools(
                mock(),
                mock(),
                mock(),
                mock(),
                mock(),
                mock(),
                mock(),
                mock(),
                mock(),
                Traces.OFF));
    idle.add(slot);
    return slot;
  }
}
