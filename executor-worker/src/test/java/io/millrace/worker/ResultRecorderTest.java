package io.millrace.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoInteractions;
import static org.mockito.Mockito.when;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.job.JobState;
import io.millrace.job.Outcome;
import io.millrace.job.Output;
import io.millrace.job.Reply;
import io.millrace.job.ReplyLimit;
import io.millrace.queue.Completion;
import io.millrace.queue.JobQueue;
import io.millrace.queue.JobRecord;
import io.millrace.queue.QueueSettings;
import io.millrace.queue.ReplyLog;
import io.millrace.rescue.Requeuer;
import io.millrace.store.JobEnds;
import io.millrace.store.JobLeases;
import io.millrace.store.JobLeases.Recorded;
import io.millrace.store.Lease;
import io.millrace.trace.Traces;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.mockito.ArgumentCaptor;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.dao.QueryTimeoutException;

class ResultRecorderTest {

  private static final Ended DONE =
      new Ended(new Outcome.Succeeded(new Output("out", "", false), "null"));
  private static final Ended LARGE =
      new Ended(new Outcome.Succeeded(new Output("x".repeat(1 << 20), "", false), "null"));
  private static final Duration RAN = Duration.ofSeconds(3);
  private static final String URL = "https://receiver.example/";

  private final JobLeases leases = mock();
  private final JobQueue queue = mock();
  private final Requeuer requeuer = mock();
  private final ReplyLog replies = mock();
  private final JobEnds ends = mock();
  private final AtomicLong nanos = new AtomicLong();
  private final Patience patience = new Patience();
  private final WaitingCounts waiting = new WaitingCounts();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final ResultRecorder recorder =
      new ResultRecorder(
          leases,
          queue,
          requeuer,
          new Reply.Speaker(1, 2, "test"),
          new ReplyLimit(4 << 20),
          new ReplyPlaces(
              replies, new Binder().bindOrCreate("none", QueueSettings.class), nanos::get),
          patience,
          waiting,
          Runnable::run,
          ends,
          new JobTimes(meters),
          Traces.OFF);

  private final Lease lease = Leases.any();
  private final Lease withWebhook = Leases.of(UUID.randomUUID(), 1, URL);

  @Test
  void anEndIsCountedOnceWithItsTimes() {
    answer(new Recorded(0, 4, Optional.empty(), "{}"));

    recorder.record(lease, DONE, RAN);

    verify(ends).count(JobState.SUCCEEDED);
    assertThat(meters.timer("millrace.job.run").totalTime(TimeUnit.SECONDS)).isEqualTo(3);
    assertThat(waiting.onlyBulk()).isTrue();
    verifyNoInteractions(queue);
  }

  @Test
  void aResultThatIsNotThisAttemptsToSayCountsNothingAndTellsNobody() {
    when(leases.finish(any(), any(), any(), any())).thenReturn(Optional.empty());

    recorder.record(withWebhook, DONE, RAN);

    verifyNoInteractions(ends);
    verifyNoInteractions(queue, requeuer);
  }

  @Test
  void whatRedisDidNotHearIsSaidAgain() {
    when(leases.finish(any(), any(), any(), any()))
        .thenThrow(new QueryTimeoutException("away"))
        .thenReturn(Optional.of(new Recorded(0, 0, Optional.empty(), "{}")));

    recorder.record(lease, DONE, RAN);

    verify(ends).count(JobState.SUCCEEDED);
  }

  @Test
  void aWorkerThatStopsUnheardCountsNothingForTheJobRunsAgain() {
    patience.stop();
    when(leases.finish(any(), any(), any(), any())).thenThrow(new QueryTimeoutException("away"));

    recorder.record(withWebhook, DONE, RAN);

    verifyNoInteractions(ends);
    verifyNoInteractions(queue);
  }

  @Test
  void theCompletionHasTheBodyThatTheStoreMintedAndIsTickedOffWhenTheLogHasIt() {
    CompletableFuture<Long> sent = new CompletableFuture<>();
    ArgumentCaptor<Completion> completion = ArgumentCaptor.captor();
    when(queue.complete(completion.capture())).thenReturn(sent);
    answer(new Recorded(0, 0, Optional.empty(), "{\"minted\":true}"));

    recorder.record(withWebhook, DONE, RAN);
    UUID jobId = withWebhook.job().jobId();
    assertThat(completion.getValue())
        .isEqualTo(new Completion(jobId, "tester", URL, "{\"minted\":true}", null));
    verify(leases, never()).published(jobId);

    sent.complete(1L);
    verify(leases).published(jobId);
  }

  @Test
  void aCompletionThatTheLogDidNotTakeStaysOnTheListOfTheReaper() {
    when(queue.complete(any()))
        .thenReturn(CompletableFuture.failedFuture(new IllegalStateException("away")));
    answer(new Recorded(0, 0, Optional.empty(), "{}"));

    recorder.record(withWebhook, DONE, RAN);

    verify(leases, never()).published(any());
    verify(ends).count(JobState.SUCCEEDED);
  }

  @Test
  void theHeldJobThatMayRunNowIsEnqueued() {
    JobRecord next = new JobRecord(UUID.randomUUID(), Leases.record(9));
    answer(new Recorded(0, 0, Optional.of(next), "{}"));

    recorder.record(lease, DONE, RAN);

    verify(requeuer).enqueueAgain(next);
  }

  @Test
  void aLargeReplyIsInTheLogBeforeTheStoreHearsOfItAndOnceForAllTries() {
    when(replies.write(any(), any())).thenReturn(CompletableFuture.completedFuture("address"));
    when(leases.finish(any(), any(), any(), any()))
        .thenThrow(new QueryTimeoutException("away"))
        .thenReturn(Optional.of(new Recorded(0, 0, Optional.empty(), "{}")));
    ArgumentCaptor<String> address = ArgumentCaptor.captor();

    recorder.record(lease, LARGE, RAN);

    verify(leases, times(2)).finish(any(), any(), address.capture(), any());
    assertThat(address.getAllValues()).containsExactly("address", "address");
    verify(replies).write(any(), any());
  }

  @Test
  void aLargeReplyThatMayBeGoneFromTheLogByNowIsWrittenAgain() {
    when(replies.write(any(), any()))
        .thenReturn(CompletableFuture.completedFuture("first"))
        .thenReturn(CompletableFuture.completedFuture("second"));
    when(leases.finish(any(), any(), any(), any()))
        .thenAnswer(
            call -> {
              nanos.addAndGet(Duration.ofMinutes(6).toNanos());
              throw new QueryTimeoutException("away");
            })
        .thenReturn(Optional.of(new Recorded(0, 0, Optional.empty(), "{}")));
    ArgumentCaptor<String> address = ArgumentCaptor.captor();

    recorder.record(lease, LARGE, RAN);

    verify(leases, times(2)).finish(any(), any(), address.capture(), any());
    assertThat(address.getAllValues()).containsExactly("first", "second");
  }

  private void answer(Recorded recorded) {
    when(leases.finish(any(), any(), any(), any())).thenReturn(Optional.of(recorded));
  }
}
