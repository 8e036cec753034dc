package io.millrace.gateway.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.gateway.support.Api;
import io.millrace.gateway.support.Http;
import io.millrace.gateway.support.TestGateway;
import io.millrace.standalone.EmbeddedRedis;
import io.millrace.standalone.testing.Eventually;
import io.millrace.standalone.testing.SharedInfrastructure;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.data.redis.core.RedisCallback;
import org.springframework.data.redis.core.StringRedisTemplate;

/** A Redis that lets go of jobs when it is full is as good as none. */
@Tag("services")
class EvictingRedisTest {

  @TempDir private Path folder;

  @Test
  void aGatewayTakesNoJobWhileRedisMayEvictAndSaysWhatToSet() {
    try (EmbeddedRedis redis = EmbeddedRedis.start(folder.resolve("redis"), 0);
        TestGateway gateway =
            TestGateway.startOn(
                SharedInfrastructure.get().bootstrapServers(), redis.host(), redis.port())) {
      Http management = new Http(gateway.managementPort());
      policy(gateway, "volatile-lru");
      Eventually.holds(() -> management.get("/actuator/health/dependencies").statusCode() == 503);
      assertThat(gateway.bean(QueueMonitor.class).health().getDetails().get("redis_keeps_all"))
          .asString()
          .contains("set its maxmemory-policy to noeviction, it is volatile-lru");
      Api api = new Api(gateway, TestGateway.KEY);
      assertThat(api.execute(Api.code("pass"), "Prefer", "respond-async").statusCode())
          .isEqualTo(503);

      policy(gateway, "noeviction");
      Eventually.holds(() -> management.get("/actuator/health/dependencies").statusCode() == 200);
    }
  }

  private static void policy(TestGateway gateway, String policy) {
    gateway
        .bean(StringRedisTemplate.class)
        .execute(
            (RedisCallback<Boolean>)
                connection -> {
                  connection.serverCommands().setConfig("maxmemory-policy", policy);
                  return true;
                });
  }
}
