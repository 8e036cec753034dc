package io.millrace.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.job.ExecutionRequest;
import io.millrace.job.Job;
import io.millrace.testing.Store;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("services")
class ScriptsTest {

  private final Store store = Store.fresh();

  @Test
  void anAnswerThatTheCallerDoesNotKnowIsAnError() {
    assertThat(Scripts.either(List.of("yes"), "yes", "no")).isTrue();
    assertThat(Scripts.either(List.of("no", "more"), "yes", "no")).isFalse();
    assertThatThrownBy(() -> Scripts.either(List.of("perhaps"), "yes", "no"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("perhaps");
  }

  @Test
  void aJobThatRedisForgotIsBornAsItWasAtTheGate() {
    Job job = job("a \"name\"\n\\ \u00e9\ud83d\ude00\u0000 of its own");
    Job accepted = job.accepted(admitted(job));
    Map<Object, Object> first = hash(job);
    assertThat(first)
        .containsEntry("id", job.request().id())
        .containsEntry("accepted", Long.toString(accepted.acceptedAt()))
        .containsEntry("timeout", "300")
        .containsEntry("attempt", "0")
        .containsEntry("watchers", "gateway-1")
        .containsKey("idempotency");

    store.flush();
    assertThat(store.leases.claim(accepted, Store.at(1), "w"))
        .isInstanceOf(JobLeases.Granted.class);
    assertBornAlike(first, hash(job));

    store.flush();
    store.leases.beat(
        Store.card("w", 1), List.of(new Lease(accepted, 1, accepted.acceptedAt(), Store.at(1))));
    assertBornAlike(first, hash(job));

    store.flush();
    store.repair.restore(List.of(new LaneRepair.Logged(accepted, Store.at(1))));
    assertBornAlike(first, hash(job));
  }

  private static Job job(String id) {
    Job job = Store.job("owner", "https://a.example/?x=\"1\"", "gateway-1");
    return new Store.Idempotency("a key", "digest").of(withId(job, id));
  }

  private static Job withId(Job job, String id) {
    return new Job(
        UUID.randomUUID(),
        job.owner(),
        new ExecutionRequest("1", 300, job.request().webhookUrl(), id),
        0,
        job.replyTo(),
        null);
  }

  private long admitted(Job job) {
    return ((Admission.Admitted) store.gate.admit(job, AdmissionGate.OwnerLimits.NONE, null))
        .acceptedAt();
  }

  /** All but what tells where the job is now, and that its caller waits, which no record says. */
  private static void assertBornAlike(Map<Object, Object> first, Map<Object, Object> again) {
    Map<Object, Object> alike = new TreeMap<>(again);
    List.of("state", "attempt", "record", "worker", "started", "lane", "queued_at", "restored")
        .forEach(alike::remove);
    Map<Object, Object> expected = new TreeMap<>(first);
    List.of("state", "attempt", "lane", "queued_at", "caller").forEach(expected::remove);
    assertThat(alike).isEqualTo(expected);
  }

  private Map<Object, Object> hash(Job job) {
    return store.redis.opsForHash().entries(RedisKeys.job(job.jobId()));
  }
}
