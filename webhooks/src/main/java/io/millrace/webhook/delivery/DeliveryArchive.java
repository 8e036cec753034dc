package io.millrace.webhook.delivery;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.core.HashOperations;
import org.springframework.data.redis.core.StringRedisTemplate;

/** What is known of deliveries, for those who ask. Blocking. Thread-safe. */
public final class DeliveryArchive {

  private final StringRedisTemplate redis;

  public DeliveryArchive(StringRedisTemplate redis) {
    this.redis = redis;
  }

  /** The delivery of a job; empty when it has none yet, or it has been forgotten. */
  public Optional<DeliveryReport> find(UUID jobId) {
    HashOperations<String, String, String> hashes = redis.opsForHash();
    Map<String, String> fields = hashes.entries(DeliveryKeys.delivery(jobId));
    String state = fields.get("state");
    return state == null
        ? Optional.empty()
        : Optional.of(report(jobId, fields, DeliveryState.ofWireName(state)));
  }

  /** An owner's dead deliveries, the latest first. */
  public List<DeliveryReport> dead(String owner, int from, int most) {
    Set<String> ids =
        redis.opsForZSet().reverseRange(DeliveryKeys.dead(owner), from, (long) from + most - 1);
    return ids == null
        ? List.of()
        : ids.stream().map(UUID::fromString).flatMap(id -> find(id).stream()).toList();
  }

  private DeliveryReport report(UUID jobId, Map<String, String> fields, DeliveryState state) {
    int count = Integer.parseInt(fields.getOrDefault("attempts", "0"));
    return new DeliveryReport(
        jobId,
        Objects.requireNonNull(fields.get("owner")),
        Objects.requireNonNull(fields.get("url")),
        state,
        state == DeliveryState.PENDING ? nextAttempt(jobId) : null,
        count,
        attempts(fields, count));
  }

  private @Nullable Long nextAttempt(UUID jobId) {
    Double due = redis.opsForZSet().score(DeliveryKeys.DUE, jobId.toString());
    return due == null ? null : due.longValue();
  }

  private static List<Attempt> attempts(Map<String, String> fields, int count) {
    return IntStream.rangeClosed(1, count)
        .mapToObj(number -> fields.get("a:" + number))
        .filter(Objects::nonNull)
        .map(AttemptJson::read)
        .toList();
  }
}
