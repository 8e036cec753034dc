package io.millrace.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.job.Job;
import io.millrace.queue.Lane;
import io.millrace.store.AdmissionGate.OwnerLimits;
import io.millrace.store.LaneRepair.Again;
import io.millrace.store.LaneRepair.Logged;
import io.millrace.store.LaneRepair.Moving;
import io.millrace.store.LaneRepair.Settled;
import io.millrace.store.LaneRepair.Unseen;
import io.millrace.testing.Store;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the scripts do when a job moved on between the look at the lane and the settling. */
@Tag("services")
class LaneRepairTest {

  private static final long LATER = Long.MAX_VALUE / 1000;

  private final Store store = Store.fresh();

  @Test
  void aJobThatWasEnqueuedSinceIsLeftAlone() {
    Job job = store.accepted("owner");
    assertThat(store.repair.settle(job.jobId(), job.acceptedAt() - 1)).isEqualTo(new Moving());
    assertThat(store.state(job.jobId())).isEqualTo("queued");
    assertThat(store.queueLength()).isEqualTo(1);
  }

  @Test
  void aJobThatStartedSinceIsLeftAlone() {
    Lease lease = store.running("owner");
    assertThat(store.repair.settle(lease.job().jobId(), LATER)).isEqualTo(new Settled());
    assertThat(store.state(lease.job().jobId())).isEqualTo("running");
  }

  @Test
  void aJobThatIsHeldSinceIsLeftAlone() {
    OwnerLimits one = new OwnerLimits(0, 1, 0);
    store.granted(store.accepted(Store.job("owner"), one), "w");
    Job held = store.accepted(Store.job("owner"), one);
    store.leases.claim(held, Store.at(2), "w");
    assertThat(store.repair.settle(held.jobId(), LATER)).isEqualTo(new Moving());
    assertThat(store.gauge.read().heldWaiting()).isEqualTo(1);
    assertThat(store.repair.held(10)).containsOnlyKeys(held.jobId()).containsValue(Store.at(2));
  }

  @Test
  void aJobThatNobodySawIsKeptUntilTheLogWasAsked() {
    Job job = store.accepted("owner");
    assertThat(store.repair.settle(job.jobId(), LATER)).isEqualTo(new Unseen());
    assertThat(store.state(job.jobId())).isEqualTo("queued");
    assertThat(store.repair.settleUnseen(job.jobId(), LATER, Store.at(5)))
        .isEqualTo(new Again(Store.at(5)));
    assertThat(store.field(job.jobId(), "record")).isEqualTo(Store.at(5).toString());
    assertThat(store.repair.settleUnseen(job.jobId(), LATER, null))
        .as("a worker or a record was seen since")
        .isEqualTo(new Again(Store.at(5)));
  }

  @Test
  void aJobIsRestoredOnceAndTheOldestComesFirst() {
    Job first = Store.job("owner");
    Job second = Store.job("owner");
    List<Logged> logged = List.of(new Logged(first, Store.at(1)), new Logged(second, Store.at(2)));
    assertThat(store.repair.restore(logged)).containsExactly(first.jobId(), second.jobId());
    assertThat(store.repair.restore(logged)).isEmpty();
    assertThat(store.repair.oldest(Lane.FIRST, 10))
        .extracting(LaneRepair.Waiting::jobId)
        .containsExactly(first.jobId(), second.jobId());
    assertThat(store.repair.oldest(Lane.FIRST, 1)).hasSize(1);
    assertThat(store.repair.oldest(Lane.BULK, 10)).isEmpty();
  }
}
