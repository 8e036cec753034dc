package io.millrace.store;

import java.util.Optional;
import java.util.Set;
import org.springframework.data.redis.core.StringRedisTemplate;

/** What workers say of themselves. Thread-safe; blocks for two round trips. */
public final class WorkerCards {

  private static final String WORKERS = "{millrace}:workers";
  private static final String CARD = "{millrace}:worker:";

  private final StringRedisTemplate redis;

  public WorkerCards(StringRedisTemplate redis) {
    this.redis = redis;
  }

  /** What the worker that was heard last says of the limits of its jobs; empty without workers. */
  public Optional<String> limits() {
    Set<String> last = redis.opsForZSet().reverseRange(WORKERS, 0, 0);
    return last == null || last.isEmpty()
        ? Optional.empty()
        : Optional.ofNullable(
            redis.<String, String>opsForHash().get(CARD + last.iterator().next(), "limits"));
  }
}
