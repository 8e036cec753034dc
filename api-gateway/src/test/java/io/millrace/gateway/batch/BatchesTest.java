package io.millrace.gateway.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.gateway.support.Api;
import io.millrace.gateway.support.HandWorker;
import io.millrace.gateway.support.TestGateway;
import io.millrace.job.Job;
import io.millrace.job.Outcome;
import io.millrace.job.Output;
import io.millrace.job.WideInputs;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Batches as their callers see them. */
@Tag("services")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BatchesTest {

  private static final JsonMapper JSON = new JsonMapper();
  private static final String BATCHES = "/v1/batches";

  private TestGateway gateway;
  private Api api;

  /** Inputs that fail until somebody takes them out. */
  private final Set<String> failing = ConcurrentHashMap.newKeySet();

  @BeforeAll
  void start() {
    gateway =
        TestGateway.start(
            "millrace.queue.max-length=400",
            "millrace.gateway.max-body=2KB",
            "millrace.gateway.max-batch-body=60KB");
    api = new Api(gateway, TestGateway.KEY);
  }

  @AfterAll
  void stop() {
    gateway.close();
  }

  @Test
  void aBatchIsAcceptedRunAndReadInTheOrderOfItsInputs() {
    String id =
        batchId(post("{\"code\":\"c\",\"id\":\"mine\",\"inputs\":[1 , {\"a\":[\"é\"]},null]}"));
    JsonNode before = batch(id);
    assertThat(before.path("state").asString()).isEqualTo("running");
    assertThat(before.path("id").asString()).isEqualTo("mine");
    assertThat(before.at("/counts/queued").asInt()).isEqualTo(3);
    assertThat(before.path("finished_at").isNull()).isTrue();
    try (HandWorker worker = worker()) {
      JsonNode after = Api.json(api.get(BATCHES + "/" + id + "?wait=30"));
      assertThat(after.path("state").asString()).isEqualTo("done");
      assertThat(after.at("/counts/succeeded").asInt()).isEqualTo(3);
      assertThat(after.path("counts").propertyNames())
          .containsExactly(
              "preparing",
              "queued",
              "running",
              "succeeded",
              "failed",
              "timed_out",
              "cancelled",
              "expired");
    }
    List<JsonNode> lines = lines(BATCHES + "/" + id + "/results");
    assertThat(lines).extracting(line -> line.path("index").asInt()).containsExactly(0, 1, 2);
    assertThat(lines)
        .extracting(line -> line.at("/reply/response/stdout").asString())
        .containsExactly("1", "{\"a\":[\"é\"]}", "null");
    assertThat(lines)
        .allSatisfy(
            line -> {
              assertThat(line.at("/reply/endpoint").asString()).isEqualTo(BATCHES);
              assertThat(line.at("/reply/id").asString()).isEqualTo("mine");
              assertThat(line.at("/reply/job_id")).isEqualTo(line.path("job_id"));
            });
    assertThat(lines(BATCHES + "/" + id + "/results?from=2")).hasSize(1);
    String job = lines.get(1).path("job_id").asString();
    JsonNode request = Api.json(api.get("/v1/jobs/" + job + "/request"));
    assertThat(request.path("code").asString()).isEqualTo("c");
    assertThat(request.at("/input/a/0").asString()).isEqualTo("é");
  }

  @Test
  void whoFollowsHearsEachJobAsSoonAsAllBeforeItHaveEnded() throws Exception {
    String id = batchId(post(inputs(300, "")));
    var following =
        new Follower(gateway.port(), BATCHES + "/" + id + "/results", "wait=30").start();
    try (HandWorker worker = worker()) {
      List<JsonNode> lines = following.lines(300);
      assertThat(lines)
          .extracting(line -> line.path("index").asInt())
          .containsExactlyElementsOf(IntStream.range(0, 300).boxed().toList());
      assertThat(lines).allSatisfy(line -> assertThat(line.path("reply").isObject()).isTrue());
    }
    String never = batchId(post(inputs(1, "")));
    HttpResponse<String> none =
        new Follower(gateway.port(), BATCHES + "/" + never + "/results", "wait=1").all();
    assertThat(none.body()).isEmpty();
    assertThat(none.headers().firstValue("Preference-Applied")).contains("wait=1");
    assertThat(lines(BATCHES + "/" + never + "/results").get(0).path("reply").isNull()).isTrue();
    api.delete(BATCHES + "/" + never);
  }

  @Test
  void failuresRunAgainUnderNewNamesAtTheirPlaces() {
    failing.add("1");
    String id = batchId(post(inputs(3, ""), "Idempotency-Key", "with-failures"));
    try (HandWorker worker = worker()) {
      api.get(BATCHES + "/" + id + "?wait=30");
      List<JsonNode> before = lines(BATCHES + "/" + id + "/results");
      List<JsonNode> failed = lines(BATCHES + "/" + id + "/results?state=failed");
      assertThat(failed).extracting(line -> line.path("index").asInt()).containsExactly(1);
      failing.clear();
      HttpResponse<String> again = api.post(BATCHES + "/" + id + "/retry", "");
      assertThat(again.statusCode()).as(again.body()).isEqualTo(202);
      assertThat(again.body()).isEqualTo("{\"batch_id\":\"" + id + "\",\"count\":1}");
      JsonNode after = Api.json(api.get(BATCHES + "/" + id + "?wait=30"));
      assertThat(after.at("/counts/succeeded").asInt()).isEqualTo(3);
      List<JsonNode> now = lines(BATCHES + "/" + id + "/results");
      assertThat(now.get(1).path("job_id")).isNotEqualTo(before.get(1).path("job_id"));
      assertThat(now.get(0)).isEqualTo(before.get(0));
      assertThat(Api.json(api.post(BATCHES + "/" + id + "/retry", "")).path("count").asInt())
          .isZero();
    }
  }

  @Test
  void aBatchIsCancelledAndIsNobodyElses() {
    String id = batchId(post(inputs(4, "")));
    Api other = new Api(gateway, TestGateway.OTHER_KEY);
    assertThat(other.get(BATCHES + "/" + id).statusCode()).isEqualTo(404);
    assertThat(other.get(BATCHES + "/" + id + "/results").statusCode()).isEqualTo(404);
    assertThat(other.delete(BATCHES + "/" + id).statusCode()).isEqualTo(404);
    assertThat(other.post(BATCHES + "/" + id + "/retry", "").statusCode()).isEqualTo(404);
    JsonNode cancelled = Api.json(api.delete(BATCHES + "/" + id));
    assertThat(cancelled.path("state").asString()).isEqualTo("cancelled");
    assertThat(cancelled.at("/counts/cancelled").asInt()).isEqualTo(4);
    assertThat(lines(BATCHES + "/" + id + "/results"))
        .allSatisfy(line -> assertThat(line.at("/reply/reason").asString()).isEqualTo("cancelled"));
  }

  @Test
  void whatCanNeverBeAcceptedIsToldWhy() {
    assertRefused("{\"inputs\":[1]}", 400, "code is missing");
    assertRefused("{\"code\":\"\"}", 400, "inputs is missing");
    assertRefused("{\"code\":\"\",\"inputs\":[]}", 400, "inputs must have 1 item at least");
    assertRefused("{\"code\":\"\",\"inputs\":3}", 400, "inputs must be of type array");
    assertRefused("{\"code\":\"\",\"input\":1,\"inputs\":[1]}", 400, "input is not a known");
    assertRefused(
        "{\"code\":\"\",\"inputs\":[1],\"max_running\":0}", 400, "max_running must be at least 1");
    assertRefused("{\"code\":\"\",\"inputs\":[1,]}", 400, "not valid JSON");
    assertRefused("{\"code\":\"\",\"inputs\":[{\"a\":1,\"a\":2}]}", 400, "twice");
    assertRefused(inputs(401, ""), 400, "400");
    assertRefused(inputs(10_001, ""), 400, "inputs may have 10000 items at most");
    assertRefused(
        "{\"code\":\"" + "x".repeat(2040) + "\",\"inputs\":[1,\"123456789\"]}", 400, "inputs[1]");
    assertRefused("{\"code\":\"" + "x".repeat(62_000) + "\",\"inputs\":[1]}", 413, "bytes");
  }

  @Test
  void aFullQueueRefusesTheWholeBatch() {
    String id = batchId(post(inputs(300, "")));
    HttpResponse<String> full = post(inputs(101, ""));
    assertThat(full.statusCode()).as(full.body()).isEqualTo(429);
    assertThat(full.headers().firstValue("Retry-After")).isPresent();
    JsonNode body = Api.json(full);
    assertThat(body.path("reason").asString()).isEqualTo("queue_full");
    assertThat(body.path("queue_length").asInt()).isEqualTo(300);
    assertThat(body.has("estimated_start")).isTrue();
    String rest = batchId(post(inputs(100, "")));
    // A worker of a later test has to look at every record of theirs, and must run none.
    api.delete(BATCHES + "/" + id);
    api.delete(BATCHES + "/" + rest);
  }

  @Test
  void aRepeatWithItsKeyIsTheFirstBatch() {
    String[] key = {"Idempotency-Key", "one"};
    String id = batchId(post(inputs(2, ""), key));
    HttpResponse<String> again = post(inputs(2, ""), key);
    assertThat(batchId(again)).isEqualTo(id);
    assertThat(post(inputs(3, ""), key).statusCode()).isEqualTo(422);
    assertThat(api.execute(Api.code("1"), key).statusCode()).isEqualTo(422);
    assertThat(api.delete(BATCHES + "/" + id).statusCode()).isEqualTo(200);
  }

  private HandWorker worker() {
    return new HandWorker(gateway.context(), this::outcome);
  }

  private Outcome outcome(Job job) {
    WideInputs wide = job.request().wide();
    String input = wide == null ? "" : Objects.requireNonNull(wide.inputJson());
    Output output = new Output(input, "", false);
    return failing.contains(input)
        ? new Outcome.Failed(output, "exit", "Process exited with code 1", 1)
        : new Outcome.Succeeded(output, "null");
  }

  private static String inputs(int count, String more) {
    return IntStream.range(0, count)
        .mapToObj(String::valueOf)
        .collect(Collectors.joining(",", "{\"code\":\"c\"" + more + ",\"inputs\":[", "]}"));
  }

  private HttpResponse<String> post(String body, String... headers) {
    return api.post(BATCHES, body, headers);
  }

  private static String batchId(HttpResponse<String> accepted) {
    assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
    JsonNode body = Api.json(accepted);
    assertThat(body.propertyNames())
        .containsExactly("batch_id", "count", "queue_id", "queue_length", "estimated_start");
    return body.path("batch_id").asString();
  }

  private JsonNode batch(String id) {
    return Api.json(api.get(BATCHES + "/" + id));
  }

  private List<JsonNode> lines(String path) {
    HttpResponse<String> answer = api.get(path);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type").orElse(""))
        .startsWith("application/x-ndjson");
    List<JsonNode> lines = new ArrayList<>();
    answer.body().lines().forEach(line -> lines.add(JSON.readTree(line)));
    return lines;
  }

  private void assertRefused(String body, int status, String why) {
    HttpResponse<String> answer = post(body);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(Api.json(answer).path("message").asString()).contains(why);
  }
}
