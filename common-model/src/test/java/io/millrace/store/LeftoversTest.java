package io.millrace.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.job.ExecutionRequest;
import io.millrace.job.Job;
import io.millrace.job.WideInputs;
import io.millrace.job.WideInputs.GivenFile;
import io.millrace.store.AdmissionGate.OwnerLimits;
import io.millrace.store.JobLeases.GiveBack;
import io.millrace.testing.Store;
import io.millrace.testing.Store.Idempotency;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("services")
class LeftoversTest {

  private final Store store = Store.fresh();

  @Test
  void everyKeyThatIsLeftExpiresButTheTwoThatTellWhatRedisThisIs() {
    OwnerLimits limits = new OwnerLimits(100, 1, 100);
    Idempotency key = new Idempotency("key", "digest");
    Job running = accepted("https://a.example/", limits, key);
    Job held = accepted(null, limits, null);
    Job refused = accepted(null, limits, null);
    Job cancelled = accepted(null, limits, null);
    Lease lease = store.granted(running, "w");
    store.leases.beat(Store.card("w", 2), List.of(lease));
    store.leases.claim(held, Store.at(2), "w");
    store.gate.refuse(refused.jobId());
    store.ends.cancel(cancelled.jobId(), "owner", Store.cancelled(cancelled));
    store.leases.giveBack(running.jobId(), 1, GiveBack.RELEASED);
    store.finished(store.granted(running, "w"));
    store.leases.published(running.jobId());
    store.repair.resume(10);
    store.finished(store.granted(held, "w"));
    store.repair.begin("instance", Duration.ofSeconds(30));
    store.repair.end("instance");
    store.archive.watch(held.jobId(), "gateway-9");

    Set<String> lasting =
        store.redis.keys("*").stream()
            .filter(each -> store.redis.getExpire(each) < 0)
            .collect(Collectors.toSet());
    assertThat(lasting).containsExactlyInAnyOrder(RedisKeys.EPOCH, RedisKeys.SERVER);
    assertThat(store.redis.keys("*")).allMatch(each -> each.startsWith("{millrace}:"));
  }

  private Job accepted(@Nullable String webhookUrl, OwnerLimits limits, @Nullable Idempotency key) {
    Job plain = Store.job("owner", webhookUrl, "g");
    WideInputs inputs = WideInputs.NONE.with(List.of(GivenFile.kept("path", "file")));
    Job job =
        new Job(
            plain.jobId(),
            "owner",
            new ExecutionRequest("1", 30, webhookUrl, "id-1", inputs),
            0,
            "g",
            null);
    store.admit(job, limits, key);
    return job;
  }
}
