package io.millrace.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.job.ExecutionRequest;
import io.millrace.job.Job;
import io.millrace.queue.Lane;
import io.millrace.queue.QueueSettings;
import io.millrace.queue.RecordPointer;
import io.millrace.store.JobLeases;
import io.millrace.store.JobLeases.WorkerCard;
import io.millrace.store.Lease;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.data.redis.core.StringRedisTemplate;

/** Without Redis: no beat is heard, which changes nothing in what is held. */
class LeaseKeeperTest {

  private final LeaseKeeper keeper =
      new LeaseKeeper(
          new JobLeases(
              new StringRedisTemplate(), new Binder().bindOrCreate("none", QueueSettings.class)),
          new WorkerCard("worker", 2, "root", "{}", "host"),
          new WaitingCounts(),
          Duration.ofSeconds(15),
          new SimpleMeterRegistry());

  @Test
  void aSlotThatLetsAnOldAttemptGoLeavesTheLaterOneToItsSlot() {
    UUID jobId = UUID.randomUUID();
    AtomicInteger kills = new AtomicInteger();
    keeper.hold(lease(jobId, 1), () -> {});
    keeper.hold(lease(jobId, 2), kills::incrementAndGet);

    keeper.letGo(lease(jobId, 1));
    keeper.kill(jobId);
    assertThat(kills).hasValue(1);
    assertThat(keeper.isIdle()).isFalse();

    keeper.letGo(lease(jobId, 2));
    assertThat(keeper.isIdle()).isTrue();
  }

  private static Lease lease(UUID jobId, int attempt) {
    Job job = new Job(jobId, "tester", new ExecutionRequest("pass", 1, null, null), 0, null, null);
    return new Lease(job, attempt, 0, new RecordPointer(Lane.FIRST, 0));
  }
}
