package io.millrace.store;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.util.StringUtils;

/** The state of the queue over all gateways and workers. */
public final class QueueGauge {

  private final Scripts scripts;

  public QueueGauge(StringRedisTemplate redis) {
    this.scripts = new Scripts(redis);
  }

  /**
   * One look at the queue.
   *
   * @param firstWaiting jobs in the first lane
   * @param bulkWaiting jobs in the second lane
   * @param heldWaiting jobs that their owner's running limit holds back
   * @param preparing jobs that wait for the packages that they ask for
   * @param oldestWait how long the job at the head has waited
   * @param drainRate starts a second over the last half minute
   * @param whole false while the lanes are rebuilt after Redis was emptied
   * @param tiers how many workers live in each sandbox tier
   */
  public record Reading(
      long firstWaiting,
      long bulkWaiting,
      long heldWaiting,
      long preparing,
      long running,
      int workers,
      int slots,
      Duration oldestWait,
      double drainRate,
      boolean whole,
      SortedMap<String, Integer> tiers) {

    /** Jobs accepted and not yet started. */
    public long queueLength() {
      return firstWaiting + bulkWaiting + heldWaiting + preparing;
    }
  }

  /** Reads the queue now. */
  public Reading read() {
    List<String> answer = scripts.run("gauge", RedisKeys.EPOCH);
    return new Reading(
        Long.parseLong(answer.get(0)),
        Long.parseLong(answer.get(1)),
        Long.parseLong(answer.get(2)),
        Long.parseLong(answer.get(10)),
        Long.parseLong(answer.get(3)),
        Integer.parseInt(answer.get(4)),
        Integer.parseInt(answer.get(5)),
        Duration.ofNanos(Long.parseLong(answer.get(6)) * 1000),
        Double.parseDouble(answer.get(7)),
        answer.get(8).equals("1"),
        counted(answer.get(9)));
  }

  /**
   * Returns when Redis would take a job now.
   *
   * @return its {@code maxmemory-policy}; with any but {@code noeviction} it lets go of jobs when
   *     it is full
   * @throws org.springframework.dao.DataAccessException when it is full, read-only or away
   */
  public String checkWritable() {
    return scripts.run("writable", RedisKeys.EPOCH).get(0);
  }

  private static SortedMap<String, Integer> counted(String tiers) {
    SortedMap<String, Integer> counts = new TreeMap<>();
    for (String tier : StringUtils.commaDelimitedListToStringArray(tiers)) {
      counts.merge(tier, 1, Integer::sum);
    }
    return Collections.unmodifiableSortedMap(counts);
  }
}
