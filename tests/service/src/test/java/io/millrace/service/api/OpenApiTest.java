package io.millrace.service.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.e2e.drive.HookReceiver;
import io.millrace.e2e.history.History;
import io.millrace.service.Service;
import io.millrace.service.SleepingJobs;
import io.swagger.v3.oas.models.SpecVersion;
import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.SwaggerParseResult;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

@Tag("services")
class OpenApiTest {

  private static final JsonMapper JSON = new JsonMapper();
  private static final String JOBS = "/v1/jobs";
  private static final String JOB = "/v1/jobs/{job_id}";
  private static final String REQUEST = JOB + "/request";
  private static final String EVENTS = JOB + "/events";
  private static final String JOB_DELIVERIES = JOB + "/deliveries";
  private static final String DELIVERIES = "/v1/deliveries";
  private static final String PACKAGES = "/v1/packages";
  private static final String QUEUE = "/v1/queue";
  private static final String FILES = "/v1/files";
  private static final String FILE = FILES + "/{file_id}";
  private static final String TOOLKIT = "/v1/toolkit";
  private static final String BATCHES = "/v1/batches";
  private static final String BATCH = BATCHES + "/{batch_id}";
  private static final String RESULTS = BATCH + "/results";
  private static final String RETRY = BATCH + "/retry";
  private static final String NOBODYS_BATCH = BATCHES + "/00000000-0000-4000-8000-000000000000";
  private static final String NOBODYS = "/v1/jobs/00000000-0000-4000-8000-000000000000";

  /** What only a fault of ours or of a store brings about, or the lack of one: others do that. */
  private static final Set<String> FAULTS = Set.of("500", "501", "503");

  /** Given only while the first request with a key is being accepted. */
  private static final String FOR_A_MOMENT = "post /v1/batches 409";

  private static Service service;
  private static String text;
  private static Description description;

  @BeforeAll
  static void read() {
    service = Service.get();
    text =
        new Calls(service, (operation, answer) -> {})
            .get("/openapi.json", "/openapi.json", "x-api-key", "none")
            .body();
    description = new Description(text);
  }

  @Test
  void aValidatorAcceptsTheDescription() {
    SwaggerParseResult read = new OpenAPIV3Parser().readContents(text);
    assertThat(read.getMessages()).isEmpty();
    assertThat(read.getOpenAPI().getSpecVersion()).isEqualTo(SpecVersion.V31);
    assertThat(read.getOpenAPI().getPaths()).isNotEmpty();
  }

  @Test
  void theValidatorWouldSayWhatIsWrong() {
    ObjectNode broken = (ObjectNode) JSON.readTree(text);
    ((ObjectNode) broken.get("info")).remove("title");
    assertThat(new OpenAPIV3Parser().readContents(broken.toString()).getMessages()).isNotEmpty();
  }

  @Test
  void everyExampleFitsItsSchema() {
    assertThat(description.examples()).hasSizeGreaterThan(20);
    assertThat(description.examples())
        .allSatisfy(
            example ->
                assertThat(description.flaws(example.schema(), example.value()))
                    .as(example.at())
                    .isEmpty());
  }

  @Test
  void everyAnswerThatIsDescribedIsGivenAsItIsDescribed(@TempDir Path folder) {
    Set<String> given = new TreeSet<>();
    Calls calls =
        new Calls(
            service,
            (operation, answer) -> {
              given.add(operation + " " + answer.statusCode());
              assertDescribed(operation, answer);
            });
    try (History history = History.begin(folder.resolve("hooks"));
        HookReceiver receiver = HookReceiver.start(history)) {
      String job = runEveryExample(Calls.EXECUTE, calls, receiver.url());
      runEveryExample(JOBS, calls, receiver.url());
      askForJobs(calls, job);
      askInTheToolkitsWords(calls, job);
      askForBatches(calls, receiver.url());
      moveFiles(calls);
      beRefused(Calls.EXECUTE, calls);
      beRefused(JOBS, calls);
      useWrongKeys(calls);
    }
    Set<String> expected = new TreeSet<>(description.answers());
    expected.removeIf(answer -> FAULTS.contains(answer.substring(answer.lastIndexOf(' ') + 1)));
    expected.remove(FOR_A_MOMENT);
    given.remove(FOR_A_MOMENT);
    assertThat(given).isEqualTo(expected);
  }

  /** Sends the request examples as they are, but for the webhook's address; returns its job. */
  private static String runEveryExample(String route, Calls calls, String hook) {
    String withWebhook = "";
    for (JsonNode example : description.requests("post", route).values()) {
      JsonNode request = example.deepCopy();
      if (request.has("webhook_url")) {
        ((ObjectNode) request).put("webhook_url", hook);
        withWebhook = jobId(calls.run(route, request.toString()));
        calls.get(JOB, JOBS + "/" + withWebhook + "?wait=30");
      } else {
        assertThat(calls.run(route, request.toString()).statusCode()).isEqualTo(200);
      }
    }
    calls.run(route, "{\"code\":\"raise ValueError('boom')\"}");
    calls.run(route, "{\"code\":\"import time; time.sleep(60)\",\"timeout\":1}");
    calls.run(route, "{\"code\":\"\"}", "Prefer", "respond-async");
    return withWebhook;
  }

  private static void askForJobs(Calls calls, String job) {
    String path = JOBS + "/" + job;
    calls.get(JOBS, JOBS);
    calls.get(JOBS, JOBS + "?limit=none");
    calls.get(JOB, path + "?wait=none");
    calls.get(JOB, NOBODYS);
    assertThat(calls.get(REQUEST, path + "/request").body()).contains("\"webhook_url\"");
    calls.get(REQUEST, NOBODYS + "/request");
    calls.get(EVENTS, path + "/events");
    calls.get(EVENTS, NOBODYS + "/events");
    calls.get(JOB_DELIVERIES, path + "/deliveries");
    calls.get(JOB_DELIVERIES, NOBODYS + "/deliveries");
    calls.call("post", JOB_DELIVERIES, path + "/deliveries", "");
    calls.call("post", JOB_DELIVERIES, NOBODYS + "/deliveries", "");
    calls.get(DELIVERIES, DELIVERIES);
    calls.get(DELIVERIES, DELIVERIES + "?limit=none");
    calls.get(QUEUE, QUEUE);
    calls.get(PACKAGES, PACKAGES);
    calls.get("/openapi.json", "/openapi.json");
    calls.call("delete", JOB, path, "");
    calls.call("delete", JOB, NOBODYS, "");
  }

  private static void askInTheToolkitsWords(Calls calls, String job) {
    String one = TOOLKIT + "/job/status";
    String many = TOOLKIT + "/jobs/status";
    calls.run(one, "{\"job_id\":\"" + job + "\"}");
    calls.run(one, "{\"job_id\":\"nobodys\"}");
    calls.run(many, "{\"since_seconds\":60}");
    calls.run(many, "{\"since_seconds\":-1}");
    calls.get(TOOLKIT + "/authenticate", TOOLKIT + "/authenticate");
    for (String route : List.of(one, many)) {
      calls.run(route, "[]");
      calls.run(route, "x".repeat(1024 * 1024 + 1));
      calls.run(route, "{}", "Content-Type", "text/plain");
    }
  }

  private static void askForBatches(Calls calls, String hook) {
    for (JsonNode example : description.requests("post", BATCHES).values()) {
      JsonNode request = example.deepCopy();
      if (request.has("webhook_url")) {
        ((ObjectNode) request).put("webhook_url", hook);
      }
      String batch = BATCHES + "/" + batchId(calls.run(BATCHES, request.toString()));
      calls.get(BATCH, batch + "?wait=30");
      calls.get(RESULTS, batch + "/results");
    }
    String failing = "{\"code\":\"1/0\",\"inputs\":[1]}";
    String again = UUID.randomUUID().toString();
    String batch = BATCHES + "/" + batchId(calls.run(BATCHES, failing, "Idempotency-Key", again));
    calls.run(BATCHES, "{\"code\":\"\",\"inputs\":[1]}", "Idempotency-Key", again);
    calls.get(BATCH, batch + "?wait=30");
    calls.call("post", RETRY, batch + "/retry", "");
    calls.get(BATCH, batch + "?wait=30");
    try (SleepingJobs full = SleepingJobs.fill(service)) {
      calls.run(BATCHES, failing);
      calls.call("post", RETRY, batch + "/retry", "");
    }
    calls.call("delete", BATCH, batch, "");
    calls.get(BATCH, batch + "?wait=none");
    calls.get(RESULTS, batch + "/results?from=none");
    calls.get(BATCH, NOBODYS_BATCH);
    calls.get(RESULTS, NOBODYS_BATCH + "/results");
    calls.call("post", RETRY, NOBODYS_BATCH + "/retry", "");
    calls.call("delete", BATCH, NOBODYS_BATCH, "");
    calls.run(BATCHES, "{}");
    calls.run(BATCHES, "x".repeat((16 << 20) + 1));
    calls.run(BATCHES, "{}", "Content-Type", "text/plain");
  }

  private static String batchId(HttpResponse<String> answer) {
    return JSON.readTree(answer.body()).path("batch_id").asString();
  }

  private static void moveFiles(Calls calls) {
    String bytes = "application/octet-stream";
    String file =
        JSON.readTree(
                calls
                    .call("post", FILES, FILES + "?name=a.bin", "bytes", "Content-Type", bytes)
                    .body())
            .path("file_id")
            .asString();
    String path = FILES + "/" + file;
    calls.call("post", FILES, FILES, "bytes", "Content-Type", bytes);
    calls.call("post", FILES, FILES + "?name=a", "x".repeat(Service.LARGEST_FILE + 1));
    calls.get(FILES, FILES);
    calls.get(FILES, FILES + "?limit=none");
    HttpResponse<String> whole = calls.get(FILE, path);
    calls.get(FILE, path, "Range", "bytes=1-2");
    calls.get(FILE, path, "Range", "bytes=9-");
    calls.get(FILE, path, "If-None-Match", whole.headers().firstValue("ETag").orElse(""));
    String reader =
        "{\"code\":\"import time; time.sleep(60)\",\"files\":[{\"path\":\"a\",\"file_id\":\"%s\"}]}";
    String job = jobId(calls.run(JOBS, reader.formatted(file), "Prefer", "respond-async"));
    calls.call("delete", FILE, path, "");
    calls.call("delete", JOB, JOBS + "/" + job, "");
    calls.call("delete", FILE, path, "");
    calls.call("delete", FILE, path, "");
    calls.get(FILE, path);
    fillUp(calls);
  }

  /** Until the key has no room for more; then leaves none. */
  private static void fillUp(Calls calls) {
    String large = "x".repeat(Service.LARGEST_FILE);
    int status;
    do {
      status = calls.call("post", FILES, FILES + "?name=fill", large).statusCode();
    } while (status == 201);
    for (JsonNode each : JSON.readTree(calls.get(FILES, FILES).body()).path("files")) {
      calls.call("delete", FILE, FILES + "/" + each.path("file_id").asString(), "");
    }
  }

  private static void beRefused(String route, Calls calls) {
    calls.run(route, "{}");
    calls.run(route, "x".repeat(1024 * 1024 + 1));
    calls.run(route, "{}", "Content-Type", "text/plain");
    String again = UUID.randomUUID().toString();
    String slow = "{\"code\":\"import time; time.sleep(60)\"}";
    HttpResponse<String> first =
        calls.run(route, slow, "Idempotency-Key", again, "Prefer", "respond-async");
    calls.run(route, slow, "Idempotency-Key", again);
    calls.run(route, "{\"code\":\"\"}", "Idempotency-Key", again);
    calls.call("delete", JOB, JOBS + "/" + jobId(first), "");
    try (SleepingJobs full = SleepingJobs.fill(service)) {
      calls.run(route, "{\"code\":\"\"}");
    }
  }

  private static void useWrongKeys(Calls calls) {
    for (String operation : description.answers()) {
      String[] parts = operation.split(" ");
      if (parts[2].equals("401")) {
        String path =
            parts[1]
                .replace("{job_id}", NOBODYS.substring(JOBS.length() + 1))
                .replace("{batch_id}", NOBODYS.substring(JOBS.length() + 1))
                .replace("{file_id}", "nobodys");
        calls.call(parts[0], parts[1], path, "", "x-api-key", "wrong");
      }
    }
  }

  private static void assertDescribed(String operation, HttpResponse<String> answer) {
    String[] parts = operation.split(" ");
    int status = answer.statusCode();
    String promised = description.mediaType(parts[0], parts[1], status);
    String as = operation + " " + status + " " + answer.body();
    if (answer.body().isEmpty()) {
      assertThat(promised).as(as).isEmpty();
      return;
    }
    assertThat(answer.headers().firstValue("Content-Type").orElse(""))
        .as(as)
        .startsWith(promised)
        .isNotEmpty();
    assertThat(promised).as(as).isNotEmpty();
    if (promised.equals("application/json")) {
      JsonNode body = JSON.readTree(answer.body());
      if (!parts[1].equals("/openapi.json")) {
        assertThat(description.flaws(parts[0], parts[1], status, body)).as(as).isEmpty();
      }
    }
  }

  private static String jobId(HttpResponse<String> answer) {
    return JSON.readTree(answer.body()).path("job_id").asString();
  }
}
