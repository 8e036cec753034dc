package io.millrace.rescue;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.job.Job;
import io.millrace.queue.Lane;
import io.millrace.store.AdmissionGate.OwnerLimits;
import io.millrace.store.LaneRepair.Duty;
import io.millrace.store.Lease;
import io.millrace.testing.Store;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.data.redis.core.RedisCallback;

/**
 * What rescue asks of Redis while it has nothing to do, and that nothing is overlooked for that.
 */
@Tag("services")
class IdleRescueTest {

  private static final Duration LEASE = Duration.ofSeconds(15);
  private static final Pattern CALLS = Pattern.compile("calls=(\\d+)");

  private final Store store = Store.fresh(Store.settings(0, LEASE));
  private final Rescuers rescuers = new Rescuers(store, Duration.ZERO);
  private final AtomicLong nanos = new AtomicLong();
  private final Rescue rescue =
      new Rescue(
          store.repair,
          rescuers.rebuilder(),
          rescuers.reaper,
          rescuers.reconciler,
          rescuers.trimmer(Store.SETTINGS),
          new BatchRounds(store.batches, rescuers.log.batches, rescuers.log.queue),
          new Steadiness(LEASE, nanos::get));

  @BeforeEach
  void becomeSteady() {
    for (int i = 0; i < 4; i++) {
      look();
    }
  }

  @AfterEach
  void close() {
    rescuers.close();
  }

  @Test
  void aLookIsOneScriptWhileThereIsNothingToDoThoughAWorkerLives() {
    store.leases.beat(Store.card("worker-1", 4), List.of());
    rescue.look();
    long before = scripts();
    for (int i = 0; i < 10; i++) {
      rescue.look();
    }
    assertThat(scripts() - before).isEqualTo(10);
  }

  @Test
  void aJobThatWaitsAndOneThatRunsAreNoReasonForMore() throws Exception {
    rescuers.submitted(Lane.FIRST);
    List<Lease> leases = rescuers.claimAll("worker-1");
    rescuers.submitted(Lane.FIRST);
    store.leases.beat(Store.card("worker-1", 4), leases);
    long before = scripts();
    rescue.look();
    assertThat(scripts() - before).isEqualTo(1);
    assertThat(store.repair.look().due()).isEqualTo(Set.of(Duty.WAITING));
  }

  @Test
  void theJobsOfASilentWorkerWithoutASubscriptionAreBackAtTheNextLook() throws Exception {
    Job job = rescuers.submitted(Lane.FIRST);
    List<Lease> leases = rescuers.claimAll("worker-1");
    store.leases.beat(Store.card("worker-1", 1), leases);
    silence("worker-1");
    assertThat(store.repair.look().due()).contains(Duty.LAPSED);

    look();

    assertThat(store.state(job.jobId())).isEqualTo("queued");
  }

  @Test
  void aJobWhoseLeaseLapsedOrLastsTooLongIsSeen() {
    Lease lease = store.running("owner");
    String id = lease.job().jobId().toString();
    store.redis.opsForZSet().add("{millrace}:running", id, 1);
    assertThat(store.repair.look().due()).contains(Duty.LAPSED);
    store.redis.opsForZSet().add("{millrace}:running", id, store.repair.now() + 3.6e9);
    assertThat(store.repair.look().due()).contains(Duty.LAPSED);
  }

  @Test
  void aJobThatIsOverdueEndsAtTheNextLook() {
    Job late = store.accepted(Store.hurried(60), OwnerLimits.NONE);
    look();
    assertThat(store.state(late.jobId())).isEqualTo("queued");
    store.redis.opsForZSet().add("{millrace}:deadlines", late.jobId().toString(), 1);
    look();
    assertThat(store.state(late.jobId())).isEqualTo("expired");
  }

  @Test
  void aHeldJobGoesOnWithinTwoLooksOfWhenItMay() {
    OwnerLimits one = new OwnerLimits(0, 1, 0);
    Job first = store.accepted(Store.job("owner", null, null), one);
    Lease lease = store.granted(first, "worker-1");
    Job held = store.accepted(Store.job("owner", null, null), one);
    store.leases.claim(held, Store.at(1), "worker-1");
    assertThat(store.repair.look().due()).contains(Duty.HELD);
    store
        .redis
        .opsForSet()
        .remove("{millrace}:owner:owner:running", lease.job().jobId().toString());
    store.redis.opsForZSet().remove("{millrace}:running", lease.job().jobId().toString());
    look();
    look();
    assertThat(store.repair.look().due()).doesNotContain(Duty.HELD);
  }

  @Test
  void aCompletionThatShouldLongBeInTheLogIsSeen() {
    store.redis.opsForZSet().add("{millrace}:outbox", "a job", store.repair.now());
    assertThat(store.repair.look().due()).isEmpty();
    store.redis.opsForZSet().add("{millrace}:outbox", "a job", store.repair.now() - 11e6);
    assertThat(store.repair.look().due()).containsExactly(Duty.COMPLETIONS);
  }

  /** Half a lease after the one before, as a process does that was never held up for long. */
  private void look() {
    nanos.addAndGet(LEASE.dividedBy(4).toNanos());
    rescue.look();
  }

  private void silence(String worker) {
    double past = store.repair.now() - 2e6;
    store.redis.opsForHash().put("{millrace}:worker:" + worker, "at", String.format("%.0f", past));
    store.redis.opsForHash().put("{millrace}:worker:" + worker, "heard_by", runId());
    store.redis.opsForZSet().add("{millrace}:workers", worker, past + LEASE.toNanos() / 1e3);
  }

  private String runId() {
    return store.repair.look().identity().split(" ", 2)[0];
  }

  private long scripts() {
    String line =
        Objects.requireNonNull(
                store.redis.execute(
                    (RedisCallback<String>)
                        connection ->
                            Objects.requireNonNull(connection.serverCommands().info("commandstats"))
                                .getProperty("cmdstat_fcall")))
            .toString();
    Matcher calls = CALLS.matcher(line);
    assertThat(calls.find()).isTrue();
    return Long.parseLong(calls.group(1));
  }
}
