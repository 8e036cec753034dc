package io.millrace.store;

import java.util.Objects;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.connection.RedisServerCommands;
import org.springframework.data.redis.core.RedisCallback;
import org.springframework.data.redis.core.StringRedisTemplate;

/**
 * How full Redis is, and what may still be done: new jobs stop first, so that there is room for the
 * replies of those that were accepted; then no waiting job is started. Both long before Redis
 * itself refuses a write.
 */
public final class StoreMemory {

  private final StringRedisTemplate redis;
  private final StoreSettings settings;

  public StoreMemory(StringRedisTemplate redis, StoreSettings settings) {
    this.redis = redis;
    this.settings = settings;
  }

  /**
   * One look.
   *
   * @param used bytes
   * @param most bytes that may be used; 0 where there is no bound
   * @param admits whether there is room for new jobs
   * @param claims whether there is room for the replies of jobs that wait
   */
  public record Reading(long used, long most, boolean admits, boolean claims) {
    /** Nothing is known yet. */
    public static final Reading UNKNOWN = new Reading(0, 0, true, true);
  }

  /** Looks now. Of several nodes the fullest counts. Blocks for one round trip. */
  public Reading read() {
    Properties memory =
        redis.execute(
            (RedisCallback<@Nullable Properties>)
                connection -> {
                  RedisServerCommands server = connection.serverCommands();
                  return server.info("memory");
                });
    Reading fullest = Reading.UNKNOWN;
    for (String name : Objects.requireNonNull(memory).stringPropertyNames()) {
      if (name.equals("used_memory") || name.endsWith(".used_memory")) {
        String node = name.substring(0, name.length() - "used_memory".length());
        Reading one = reading(number(memory, name), number(memory, node + "maxmemory"));
        fullest = share(one) >= share(fullest) ? one : fullest;
      }
    }
    return fullest;
  }

  private Reading reading(long used, long redisMost) {
    long most = settings.memory().toBytes() > 0 ? settings.memory().toBytes() : redisMost;
    return new Reading(
        used,
        most,
        most == 0 || used < most * settings.admitBelow(),
        most == 0 || used < most * settings.claimBelow());
  }

  private static double share(Reading reading) {
    return reading.most() == 0 ? 0 : 1.0 * reading.used() / reading.most();
  }

  private static long number(Properties memory, String name) {
    return Long.parseLong(memory.getProperty(name, "0").trim());
  }
}
