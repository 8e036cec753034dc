package io.millrace.gateway.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.search.Search;
import io.millrace.gateway.auth.ApiKeys;
import io.millrace.gateway.support.Api;
import io.millrace.gateway.support.TestGateway;
import io.millrace.standalone.testing.Eventually;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.boot.health.contributor.Status;
import org.springframework.data.redis.core.StringRedisTemplate;

@Tag("services")
class RehearsalTest {

  @Test
  void whatAGatewayRefusesBeforeItIsReadyLeavesNothingBehind() {
    try (TestGateway gateway = TestGateway.start("millrace.gateway.rehearsal=120")) {
      Opening opening = gateway.bean(Opening.class);
      Eventually.holds(() -> opening.health().getStatus().equals(Status.UP));
      MeterRegistry meters = gateway.bean(MeterRegistry.class);

      assertThat(Search.in(meters).tag("status", "429").meters()).isEmpty();
      assertThat(gateway.bean(StringRedisTemplate.class).keys("*rehearsal*")).isEmpty();
    }
  }

  @Test
  void everyJobOfTheLentKeyIsRefusedWhileItIsLentAndTheKeyIsUnknownAfterwards() {
    try (TestGateway gateway = TestGateway.start()) {
      ApiKeys keys = gateway.bean(ApiKeys.class);
      String key = keys.lend();
      Api caller = new Api(gateway, key);

      assertThat(caller.execute("{\"code\": \"print(1)\"}").statusCode()).isEqualTo(429);
      keys.takeBack();
      assertThat(caller.execute("{\"code\": \"print(1)\"}").statusCode()).isEqualTo(401);
    }
  }
}
