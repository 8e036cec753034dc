package io.millrace.gateway.compat;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.gateway.support.Api;
import io.millrace.gateway.support.Http;
import io.millrace.gateway.support.TestGateway;
import io.millrace.standalone.testing.Eventually;
import io.millrace.store.QueueGauge;
import java.net.http.HttpResponse;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** A foreign route takes nothing away from the gate, and says no in its own words. */
@Tag("services")
class ForeignDoorsTest {

  private static final String KEY = "Narrow-Key-0123456789abcdef";

  private static TestGateway gateway;
  private static Http http;

  /**
   * One route of one system.
   *
   * @param body a good request
   * @param keyHeader where its clients put the key
   * @param keyPrefix what they put before it
   */
  record Route(
      String system,
      String path,
      String body,
      String keyHeader,
      String keyPrefix,
      String unauthorized,
      int tooManyStatus) {

    @Override
    public String toString() {
      return system;
    }
  }

  static Stream<Route> routes() {
    return Stream.of(
        new Route(
            "dify",
            "/v1/sandbox/run",
            "{\"language\":\"python3\",\"code\":\"1\"}",
            "X-Api-Key",
            "",
            "",
            503),
        new Route(
            "librechat",
            "/v1/exec",
            "{\"lang\":\"py\",\"code\":\"1\"}",
            "Authorization",
            "Bearer ",
            "{\"error\":\"A valid key in the header x-api-key is needed\"}",
            429),
        new Route(
            "piston",
            "/api/v2/execute",
            "{\"language\":\"python\",\"version\":\"*\",\"files\":[{\"content\":\"1\"}]}",
            "Authorization",
            "",
            "{\"message\":\"A valid key in the header x-api-key is needed\"}",
            429));
  }

  @BeforeAll
  static void start() {
    gateway =
        TestGateway.start(
            "millrace.compat=Dify,librechat,piston",
            "millrace.api-keys=narrow:" + KEY + " queued=1,other:" + TestGateway.OTHER_KEY);
    http = new Http(gateway.port());
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  @ParameterizedTest
  @MethodSource("routes")
  void aKeyOverItsShareIsRefusedByEveryDoor(Route route) {
    Api api = new Api(gateway, KEY);
    HttpResponse<String> first = api.execute(Api.code("1"), "Prefer", "respond-async");
    assertThat(first.statusCode()).isEqualTo(202);
    HttpResponse<String> refused = post(route, KEY);
    assertThat(refused.statusCode()).isEqualTo(route.tooManyStatus());
    assertThat(refused.headers().firstValue("Retry-After")).isPresent();
    assertThat(refused.headers().firstValue("RateLimit")).isPresent();
    TooMany.check(route.system(), Api.json(refused));
    api.delete(first.headers().firstValue("Location").orElseThrow());
    Eventually.holds(() -> gateway.bean(QueueGauge.class).read().queueLength() == 0);
  }

  /** The form of each system's overload answer. */
  private static final class TooMany {
    static void check(String system, JsonNode body) {
      switch (system) {
        case "dify" ->
            assertThat(body.toString())
                .isEqualTo("{\"code\":-503,\"message\":\"Too many requests\",\"data\":null}");
        case "librechat" -> {
          assertThat(body.propertyNames()).containsExactly("error", "retry_after_seconds");
          assertThat(body.path("error").asString()).isEqualTo("rate_limited");
          assertThat(body.path("retry_after_seconds").asInt()).isPositive();
        }
        case "piston" -> {
          assertThat(body.path("reason").asString()).isEqualTo("key_limit");
          assertThat(body.path("message").asString()).contains("1 jobs waiting");
        }
        default -> throw new AssertionError(system);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("routes")
  void aWrongKeyIsRefusedAsTheSystemWould(Route route) {
    for (String key : new String[] {"wrong", KEY + "x"}) {
      HttpResponse<String> answer = post(route, key);
      assertThat(answer.statusCode()).isEqualTo(401);
      assertThat(answer.body()).isEqualTo(route.unauthorized());
    }
    assertThat(http.post(route.path(), route.body()).statusCode()).isEqualTo(401);
  }

  @Test
  void theServicesOwnRoutesTakeNoForeignKey() {
    HttpResponse<String> answer = http.get("/v1/queue", "Authorization", "Bearer " + KEY);
    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(Api.json(answer).path("reason").asString()).isEqualTo("unauthorized");
  }

  private static HttpResponse<String> post(Route route, String key) {
    return http.post(route.path(), route.body(), route.keyHeader(), route.keyPrefix() + key);
  }
}
