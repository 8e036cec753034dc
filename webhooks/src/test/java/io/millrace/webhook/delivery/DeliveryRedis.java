package io.millrace.webhook.delivery;

import io.millrace.standalone.EmbeddedRedis;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;

/** A Redis of a test's own, from which deliveries may be claimed at once. */
final class DeliveryRedis implements AutoCloseable {

  private final EmbeddedRedis redis;
  private final JedisConnectionFactory connections;
  private final StringRedisTemplate template;

  DeliveryRedis(Path folder) {
    redis = EmbeddedRedis.start(folder, 0);
    connections =
        new JedisConnectionFactory(new RedisStandaloneConfiguration(redis.host(), redis.port()));
    connections.afterPropertiesSet();
    connections.start();
    template = new StringRedisTemplate(connections);
  }

  StringRedisTemplate template() {
    return template;
  }

  /** Known for a week, and for an hour once it has arrived. */
  DeliveryStore store(int maxPending) {
    DeliveryStore store =
        new DeliveryStore(template, Duration.ofDays(7), Duration.ofHours(1), maxPending);
    store.rebuilt(Optional.empty());
    return store;
  }

  @Override
  public void close() {
    connections.destroy();
    redis.close();
  }
}
