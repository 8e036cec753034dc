package io.millrace.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.job.Job;
import io.millrace.queue.JobRecord;
import io.millrace.standalone.testing.Eventually;
import io.millrace.store.AdmissionGate.OwnerLimits;
import io.millrace.store.JobLeases.GiveBack;
import io.millrace.store.JobLeases.Held;
import io.millrace.store.JobLeases.Requeued;
import io.millrace.testing.Store;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Jobs beyond their owner's running limit: held, and let go on as its running ones end. */
@Tag("services")
class HeldJobsTest {

  private final Store store = Store.fresh(Store.settings(0, Duration.ofSeconds(1)));

  @Test
  void anOwnerRunsNoMoreThanItMayAndItsHeldJobsGoOnOneByOne() {
    OwnerLimits two = new OwnerLimits(0, 2, 0);
    List<Job> jobs =
        IntStream.range(0, 4).mapToObj(i -> store.accepted(Store.job("owner"), two)).toList();
    Lease first = store.granted(jobs.get(0), "w");
    Lease second = store.granted(jobs.get(1), "w");
    assertThat(store.leases.claim(jobs.get(2), Store.at(30), "w")).isEqualTo(new Held());
    assertThat(store.leases.claim(jobs.get(3), Store.at(31), "w")).isEqualTo(new Held());
    assertThat(store.queueLength()).isEqualTo(2);
    assertThat(store.gauge.read().heldWaiting()).isEqualTo(2);
    assertThat(store.repair.resume(10)).as("no room yet").isEmpty();

    assertThat(store.finished(first).resumable())
        .contains(new JobRecord(jobs.get(2).jobId(), Store.at(30)));
    store.granted(jobs.get(2), "w");
    assertThat(store.leases.giveBack(jobs.get(1).jobId(), second.attempt(), GiveBack.RELEASED))
        .isEqualTo(
            new Requeued(
                Optional.of(Store.at(1)),
                Optional.of(new JobRecord(jobs.get(3).jobId(), Store.at(31)))));
    assertThat(store.queueLength()).isEqualTo(2);
  }

  @Test
  void aJobThatIsGivenBackForAWhileIsNotTakenBefore() {
    Job job = store.accepted("owner");
    Lease lease = store.granted(job, "w");
    Duration pause = Duration.ofMillis(300);
    assertThat(store.leases.giveBack(job.jobId(), 1, GiveBack.FILES_AWAY, pause))
        .isEqualTo(new Requeued(Optional.empty(), Optional.empty()));
    assertThat(store.state(job.jobId())).isEqualTo("queued");
    assertThat(store.leases.anyAhead()).isFalse();
    assertThat(store.leases.ahead()).isEmpty();

    Eventually.holds(store.leases::anyAhead);
    assertThat(store.leases.ahead()).contains(new JobRecord(job.jobId(), lease.record()));
    for (int attempt = 2; attempt < 9; attempt++) {
      store.granted(job, "w");
      assertThat(store.leases.giveBack(job.jobId(), attempt, GiveBack.FILES_AWAY, pause))
          .as("as often as it must")
          .isInstanceOf(Requeued.class);
    }
  }

  @Test
  void aHeldJobGoesOnWhenTheRunningOneIsCancelled() {
    OwnerLimits one = new OwnerLimits(0, 1, 0);
    Job running = store.accepted(Store.job("owner"), one);
    Job held = store.accepted(Store.job("owner"), one);
    store.granted(running, "w");
    store.leases.claim(held, Store.at(30), "w");
    store.ends.cancel(running.jobId(), "owner", Store.cancelled(running));
    assertThat(store.repair.resume(10)).containsExactly(new JobRecord(held.jobId(), Store.at(30)));
    assertThat(store.repair.resume(10)).as("it waits in its lane").isEmpty();
    store.granted(held, "w");
  }

  @Test
  void noMoreHeldJobsGoOnThanTheirOwnerHasRoomFor() {
    OwnerLimits one = new OwnerLimits(0, 1, 0);
    Job running = store.accepted(Store.job("owner"), one);
    store.granted(running, "w");
    for (int i = 30; i < 33; i++) {
      store.leases.claim(store.accepted(Store.job("owner"), one), Store.at(i), "w");
    }
    store.ends.cancel(running.jobId(), "owner", Store.cancelled(running));
    assertThat(store.repair.resume(10))
        .extracting(JobRecord::address)
        .containsExactly(Store.at(30));
    assertThat(store.gauge.read().heldWaiting()).isEqualTo(2);
  }

  @Test
  void aLoweredLimitHoldsBackTheHeldJobs() {
    OwnerLimits two = new OwnerLimits(0, 2, 0);
    Lease first = store.granted(store.accepted(Store.job("owner"), two), "w");
    store.granted(store.accepted(Store.job("owner"), two), "w");
    store.leases.claim(store.accepted(Store.job("owner"), two), Store.at(30), "w");
    store.accepted(Store.job("owner"), new OwnerLimits(0, 1, 0));
    assertThat(store.finished(first).resumable()).isEmpty();
    assertThat(store.gauge.read().heldWaiting()).isEqualTo(1);
  }

  @Test
  void aHeldJobCanBeCancelledAndIsForgottenByItsOwnersLimit() {
    OwnerLimits one = new OwnerLimits(0, 1, 0);
    Lease running = store.granted(store.accepted(Store.job("owner"), one), "w");
    Job held = store.accepted(Store.job("owner"), one);
    store.leases.claim(held, Store.at(30), "w");
    store.ends.cancel(held.jobId(), "owner", Store.cancelled(held));
    assertThat(store.queueLength()).isZero();
    assertThat(store.finished(running).resumable()).isEmpty();
  }
}
