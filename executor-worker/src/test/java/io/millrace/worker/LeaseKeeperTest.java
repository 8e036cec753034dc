package io.millrace.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.store.JobLeases;
import io.millrace.store.JobLeases.Gone;
import io.millrace.store.JobLeases.Heard;
import io.millrace.store.JobLeases.WorkerCard;
import io.millrace.store.Lease;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.mockito.ArgumentCaptor;
import org.springframework.dao.QueryTimeoutException;

/** Each beat is made by the test. */
class LeaseKeeperTest {

  private static final WorkerCard CARD = new WorkerCard("worker", 2, "root", "{}", "host");

  private final JobLeases leases = mock();
  private final ScheduledExecutorService heart = mock();
  private final WaitingCounts waiting = new WaitingCounts();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final LeaseKeeper keeper =
      new LeaseKeeper(leases, CARD, waiting, Duration.ofMillis(900), meters, heart);
  private final ArgumentCaptor<Runnable> beat = ArgumentCaptor.captor();

  private final UUID jobId = UUID.randomUUID();
  private final AtomicInteger kills = new AtomicInteger();

  @BeforeEach
  void takeItsPulse() {
    verify(heart)
        .scheduleWithFixedDelay(beat.capture(), eq(0L), eq(300L), eq(TimeUnit.MILLISECONDS));
    answer(new Heard(0, 0, List.of()));
  }

  @Test
  void aLongLeaseIsRenewedOnceABeatAllTheSame() {
    ScheduledExecutorService another = mock();
    new LeaseKeeper(leases, CARD, waiting, Duration.ofMinutes(5), meters, another);

    verify(another)
        .scheduleWithFixedDelay(
            any(), anyLong(), eq(JobLeases.BEAT.toMillis()), eq(TimeUnit.MILLISECONDS));
  }

  @Test
  void aBeatRenewsWhatIsHeldAndTellsTheSlots() {
    Lease lease = Leases.of(jobId, 1);
    keeper.hold(lease, kills::incrementAndGet);
    keeper.countSlots(() -> 5);
    answer(new Heard(0, 3, List.of()));

    beat();

    verify(leases).beat(CARD.with(5), List.of(lease));
    assertThat(kills).hasValue(0);
    assertThat(waiting.onlyBulk()).isTrue();
  }

  @Test
  void aJobThatAnotherWorkerHasIsKilledAndItsLeaseCountsAsLost() {
    keeper.hold(Leases.of(jobId, 1), kills::incrementAndGet);
    answer(new Heard(0, 0, List.of(new Gone(jobId, false))));

    beat();

    assertThat(kills).hasValue(1);
    assertThat(lost()).isEqualTo(1);
  }

  @Test
  void aJobThatWasCancelledIsKilledAndNoLeaseIsLost() {
    keeper.hold(Leases.of(jobId, 1), kills::incrementAndGet);
    answer(new Heard(0, 0, List.of(new Gone(jobId, true))));

    beat();

    assertThat(kills).hasValue(1);
    assertThat(lost()).isZero();
  }

  static Stream<Throwable> failures() {
    return Stream.of(new QueryTimeoutException("away"), new OutOfMemoryError("full"));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void aBeatThatRedisDoesNotTakeKillsNothingAndTheNextOneIsHeard(Throwable failure) {
    keeper.hold(Leases.of(jobId, 1), kills::incrementAndGet);
    beat();
    doThrow(failure).when(leases).beat(any(), any());

    beat();
    assertThat(keeper.isHeard()).isFalse();
    assertThat(kills).hasValue(0);

    answer(new Heard(0, 0, List.of()));
    beat();
    assertThat(keeper.isHeard()).isTrue();
  }

  @Test
  void aSlotThatLetsAnOldAttemptGoLeavesTheLaterOneToItsSlot() {
    keeper.hold(Leases.of(jobId, 1), () -> {});
    keeper.hold(Leases.of(jobId, 2), kills::incrementAndGet);

    keeper.letGo(Leases.of(jobId, 1));
    keeper.kill(jobId);
    assertThat(kills).hasValue(1);
    assertThat(keeper.isIdle()).isFalse();

    keeper.letGo(Leases.of(jobId, 2));
    assertThat(keeper.isIdle()).isTrue();
  }

  private void answer(Heard heard) {
    doReturn(heard).when(leases).beat(any(), any());
  }

  private void beat() {
    beat.getValue().run();
  }

  private double lost() {
    return meters.counter("millrace.leases.lost").count();
  }
}
