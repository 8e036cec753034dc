package io.millrace.store;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether Redis keeps what it is told: with any {@code maxmemory-policy} but {@code noeviction} it
 * lets go of jobs when it is full. Looked at again and again, since another Redis may have taken
 * over. Thread-safe; reading it costs nothing.
 */
public final class EvictionPolicy {

  private static final Logger log = LoggerFactory.getLogger(EvictionPolicy.class);
  private static final String NO_EVICTION = "noeviction";

  private final QueueGauge redis;
  private volatile String last = NO_EVICTION;

  public EvictionPolicy(QueueGauge redis) {
    this.redis = redis;
  }

  /**
   * Looks now; says once when it has changed.
   *
   * @throws org.springframework.dao.DataAccessException when Redis would take no job now: it is
   *     full, read-only or away
   */
  public void look() {
    String now = redis.checkWritable();
    if (now.equals(last)) {
      return;
    }
    last = now;
    if (keepsAll()) {
      log.info("Redis keeps what it is told: its maxmemory-policy is {}", NO_EVICTION);
    } else {
      log.error("{}; until then gateways answer 503", advice());
    }
  }

  /** Whether nothing is let go of, as far as is known. */
  public boolean keepsAll() {
    return last.equals(NO_EVICTION);
  }

  /** For a page of health: {@code true}, or what to set. */
  public String told() {
    return keepsAll() ? "true" : advice();
  }

  private String advice() {
    return "Redis lets go of jobs when it is full: set its maxmemory-policy to "
        + NO_EVICTION
        + ", it is "
        + last;
  }
}
