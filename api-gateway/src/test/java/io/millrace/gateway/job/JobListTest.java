package io.millrace.gateway.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.gateway.support.Http;
import io.millrace.gateway.support.TestGateway;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Tag("services")
class JobListTest {

  private static final String KEY = "List-Key-0123456789abcdef";
  private static final JsonMapper JSON = new JsonMapper();

  private static TestGateway gateway;
  private static Http http;

  @BeforeAll
  static void start() {
    gateway =
        TestGateway.start(
            "millrace.api-keys=lister-"
                + System.nanoTime()
                + ":"
                + KEY
                + ",other:"
                + TestGateway.OTHER_KEY);
    http = new Http(gateway.port());
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  @Test
  void aKeySeesItsOwnJobsNewestFirstAndByState() {
    List<String> sent = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      sent.add(0, submit("mine-" + i));
    }
    assertThat(ids(list(""))).isEqualTo(sent);
    assertThat(ids(list("?limit=2"))).isEqualTo(sent.subList(0, 2));
    http.post("/nothing", "{}", "x-api-key", KEY);
    JsonNode first = list("?state=queued").get(0);
    assertThat(first.path("id").asString()).isEqualTo("mine-2");
    assertThat(first.path("state").asString()).isEqualTo("queued");
    assertThat(first.path("accepted_at").asString()).startsWith("20").endsWith("Z");
    assertThat(first.path("webhook_url").isNull()).isTrue();
    assertThat(first.has("reply")).isFalse();
    assertThat(list("?state=succeeded")).isEmpty();
    assertThat(ids(jobs(http.get("/v1/jobs", "x-api-key", TestGateway.OTHER_KEY))))
        .doesNotContainAnyElementsOf(sent);
  }

  @Test
  void aPageGoesOnWhereTheOneBeforeEnded() {
    List<String> sent = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      sent.add(0, submit("paged"));
    }
    JsonNode first = page("?id=paged&limit=2");
    submit("paged");
    JsonNode second = page("?id=paged&limit=2&cursor=" + first.path("next_cursor").asString());
    JsonNode third = page("?id=paged&limit=2&cursor=" + second.path("next_cursor").asString());

    assertThat(ids(first.path("jobs"))).isEqualTo(sent.subList(0, 2));
    assertThat(ids(second.path("jobs"))).isEqualTo(sent.subList(2, 4));
    assertThat(ids(third.path("jobs"))).isEqualTo(sent.subList(4, 5));
    assertThat(third.path("next_cursor").isNull()).isTrue();
  }

  @Test
  void onlyJobsWithTheVeryIdAreFound() {
    String one = submit("the-id");
    submit("the-id-2");
    assertThat(ids(list("?id=the-id"))).containsExactly(one);
    assertThat(list("?id=the")).isEmpty();
    assertThat(list("?id=")).isEmpty();
  }

  @Test
  void aJobThatEndedHasItsReasonAndOneWithAWebhookItsState() {
    String cancelled = submit("told");
    http.delete("/v1/jobs/" + cancelled, "x-api-key", KEY);
    JsonNode job = list("?id=told").get(0);
    assertThat(job.path("reason").asString()).isEqualTo("cancelled");
    assertThat(job.path("webhook").isNull()).isTrue();
    assertThat(job.path("duration").isNull()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"?cursor=x", "?state=refused", "?state=x", "?limit=0", "?limit=101", "?limit=a"})
  void aQuestionThatCannotBeAnsweredIsNamed(String query) {
    HttpResponse<String> answer = http.get("/v1/jobs" + query, "x-api-key", KEY);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains(query.substring(1, query.indexOf('=')) + " must be");
  }

  private static String submit(String id) {
    HttpResponse<String> accepted =
        http.post(
            "/v1/code/execute/python",
            "{\"code\":\"\",\"id\":\"" + id + "\"}",
            "x-api-key",
            KEY,
            "Prefer",
            "respond-async");
    return JSON.readTree(accepted.body()).path("job_id").asString();
  }

  private static JsonNode list(String query) {
    return jobs(http.get("/v1/jobs" + query, "x-api-key", KEY));
  }

  private static JsonNode page(String query) {
    HttpResponse<String> answer = http.get("/v1/jobs" + query, "x-api-key", KEY);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  private static JsonNode jobs(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body()).path("jobs");
  }

  private static List<String> ids(JsonNode jobs) {
    return jobs.valueStream().map(job -> job.path("job_id").asString()).toList();
  }
}
