package io.millrace.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoInteractions;
import static org.mockito.Mockito.when;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.job.JobState;
import io.millrace.job.Reply;
import io.millrace.queue.JobRecord;
import io.millrace.rescue.Requeuer;
import io.millrace.store.JobEnds;
import io.millrace.store.JobEnds.Fault;
import io.millrace.store.JobLeases;
import io.millrace.store.JobLeases.Exhausted;
import io.millrace.store.JobLeases.GiveBack;
import io.millrace.store.JobLeases.NotOurs;
import io.millrace.store.JobLeases.Requeued;
import io.millrace.store.Lease;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.mockito.ArgumentCaptor;
import org.springframework.dao.QueryTimeoutException;

class AttemptPolicyTest {

  private final JobLeases leases = mock();
  private final Requeuer requeuer = mock();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final JobEnds ends = mock();
  private final Patience patience = new Patience();
  private final AttemptPolicy policy =
      new AttemptPolicy(leases, requeuer, new Reply.Speaker(1, 2, "test"), patience, ends, meters);
  private final Lease lease = Leases.any();

  @Test
  void aJobThatOurSandboxFailedIsEnqueuedAgain() {
    given(GiveBack.SANDBOX_FAILED, new Requeued(Optional.of(lease.record()), Optional.empty()));

    policy.sandboxFailed(lease);

    verify(requeuer).enqueueAgain(new JobRecord(lease.job().jobId(), lease.record()));
    assertThat(givenBack("sandbox_failed")).isEqualTo(1);
    verifyNoInteractions(ends);
  }

  @Test
  void aJobThatWaitsForTheStoreOfFilesIsNotEnqueuedAndWaitsLongerEachTime() {
    ArgumentCaptor<Duration> pause = ArgumentCaptor.captor();
    when(leases.giveBack(any(), anyInt(), eq(GiveBack.FILES_AWAY), pause.capture()))
        .thenReturn(new Requeued(Optional.empty(), Optional.empty()));

    for (int attempt : new int[] {1, 2, 5, 99}) {
      policy.filesAway(Leases.of(lease.job().jobId(), attempt));
    }

    List<Long> seconds = List.of(1L, 2L, 16L, 16L);
    for (int i = 0; i < seconds.size(); i++) {
      Duration least = Duration.ofSeconds(seconds.get(i));
      assertThat(pause.getAllValues().get(i)).isBetween(least, least.multipliedBy(3).dividedBy(2));
    }
    assertThat(givenBack("files_away")).isEqualTo(4);
    verifyNoInteractions(requeuer, ends);
  }

  @Test
  void aJobOfAWorkerThatStopsIsEnqueuedAgainWithTheOneThatMayRunInItsPlace() {
    JobRecord next = new JobRecord(UUID.randomUUID(), Leases.record(9));
    given(GiveBack.RELEASED, new Requeued(Optional.of(lease.record()), Optional.of(next)));

    policy.released(lease);

    verify(requeuer).enqueueAgain(new JobRecord(lease.job().jobId(), lease.record()));
    verify(requeuer).enqueueAgain(next);
    assertThat(givenBack("released")).isEqualTo(1);
  }

  @Test
  void aJobThatSandboxesFailedTooOftenEndsByOurFault() {
    given(GiveBack.SANDBOX_FAILED, new Exhausted());
    ArgumentCaptor<Reply> reply = ArgumentCaptor.captor();
    when(leases.exhaust(eq(lease.job().jobId()), eq(1), reply.capture())).thenReturn(true);

    policy.sandboxFailed(lease);

    assertThat(reply.getValue().state()).isEqualTo(JobState.FAILED);
    verify(ends).countGivenUp(Fault.SANDBOX_FAILED);
    verifyNoInteractions(requeuer);
  }

  @Test
  void aJobThatEndedElsewhereMeanwhileIsNotCountedAgain() {
    given(GiveBack.SANDBOX_FAILED, new Exhausted());
    when(leases.exhaust(any(), anyInt(), any())).thenReturn(false);

    policy.sandboxFailed(lease);

    verifyNoInteractions(ends);
  }

  @Test
  void aJobThatIsAnotherWorkersIsLeftToIt() {
    given(GiveBack.RELEASED, new NotOurs());

    policy.released(lease);

    verifyNoInteractions(requeuer);
    verify(leases, never()).exhaust(any(), anyInt(), any());
  }

  @Test
  void whatRedisDidNotHearIsSaidAgain() {
    when(leases.giveBack(any(), anyInt(), any(), any()))
        .thenThrow(new QueryTimeoutException("away"))
        .thenReturn(new Requeued(Optional.of(lease.record()), Optional.empty()));

    policy.released(lease);

    verify(requeuer).enqueueAgain(new JobRecord(lease.job().jobId(), lease.record()));
  }

  @Test
  void aWorkerThatHasStoppedLeavesTheJobToItsLease() {
    patience.stop();
    when(leases.giveBack(any(), anyInt(), any(), any()))
        .thenThrow(new QueryTimeoutException("away"));

    policy.released(lease);

    verifyNoInteractions(requeuer);
  }

  private void given(GiveBack why, JobLeases.GivenBack answer) {
    when(leases.giveBack(lease.job().jobId(), 1, why, Duration.ZERO)).thenReturn(answer);
  }

  private double givenBack(String why) {
    return meters.counter("millrace.jobs.given.back", "why", why).count();
  }
}
