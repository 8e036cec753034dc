package io.millrace.store;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.springframework.data.redis.core.StringRedisTemplate;

/**
 * How far back the logs are needed: what waits and runs needs its record, and an ended job's is
 * shown for as long as its result is kept. All times are microseconds since the epoch by the clock
 * of Redis.
 */
public final class NeededRecords {

  private static final List<String> ALIVE =
      List.of("running", "held", "preparing", "lane:first", "lane:bulk");
  private static final int BATCH = 1000;

  private final Scripts scripts;

  public NeededRecords(StringRedisTemplate redis) {
    this.scripts = new Scripts(redis);
  }

  /**
   * What the results that are kept need.
   *
   * @param now the time
   * @param since when the first of their jobs was accepted; {@code now} when none is kept
   * @param firstReply the least offset of their replies in the log of replies; empty when none is
   */
  public record Kept(long now, long since, Optional<Long> firstReply) {}

  /**
   * What the results that are kept need; empty when somebody else has asked within {@code every},
   * or while the lanes are rebuilt.
   */
  public Optional<Kept> kept(String instance, Duration every) {
    List<String> answer =
        scripts.run("kept", RedisKeys.EPOCH, instance, Math.max(1, every.toSeconds()));
    if (!Scripts.either(answer, "kept", "not_now", "rebuilding")) {
      return Optional.empty();
    }
    long now = Long.parseLong(answer.get(1));
    return Optional.of(new Kept(now, number(answer.get(2)).orElse(now), number(answer.get(3))));
  }

  /** When the first of the jobs was accepted that wait or run; {@code now} when there is none. */
  public long aliveSince(long now) {
    long since = now;
    for (String where : ALIVE) {
      int from = 0;
      List<String> answer;
      do {
        answer = scripts.run("needed", RedisKeys.EPOCH, where, from, BATCH);
        since = Math.min(since, number(answer.get(1)).orElse(since));
        from += BATCH;
      } while (Integer.parseInt(answer.get(0)) == BATCH);
    }
    return since;
  }

  private static Optional<Long> number(String text) {
    return text.isEmpty() ? Optional.empty() : Optional.of(Long.valueOf(text));
  }
}
