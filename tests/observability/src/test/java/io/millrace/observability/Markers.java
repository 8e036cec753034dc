package io.millrace.observability;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.e2e.roles.Launch;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** Jobs and requests full of words that no log may have. */
final class Markers {

  private static final String CODE = "marker-in-code-5c1d";
  private static final String ID = "marker-in-id-83aa";
  private static final String KEY = "marker-in-wrong-key-77f0";

  /** What the programs write; no program has one of them in one piece. */
  private static final List<String> WRITTEN =
      Stream.of("stdout", "stderr", "result", "error", "live").map(Markers::written).toList();

  private final Caller caller;

  Markers(Caller caller) {
    this.caller = caller;
  }

  /** All that must not be found. */
  static List<String> words() {
    return Stream.concat(
            WRITTEN.stream(), Stream.of(CODE, ID, KEY, Launch.API_KEY, "MfKQ9r8GKYqrTwjUPD8ILPZIo"))
        .toList();
  }

  /** Runs all sorts of jobs to their end, and sends what is refused; answers the jobs' ids. */
  List<String> spread(String hookUrl) {
    String writing =
        "import sys\nprint(%s)\nprint(%s, file=sys.stderr)\nreturn %s  # %s"
            .formatted(building("stdout"), building("stderr"), building("result"), CODE);
    String failing = "raise ValueError(%s)  # %s".formatted(building("error"), CODE);
    String wrong = "def %s(".formatted(CODE);
    String live = "import time\nprint(%s)\ntime.sleep(1.5)".formatted(building("live"));

    refuse();
    return List.of(
        ran(writing, 200),
        ran(failing, 400),
        ran(wrong, 400),
        ran("print(%s)\nwhile True: pass".formatted(building("stdout")), 408),
        watched(live),
        sent(writing, hookUrl));
  }

  private String ran(String code, int status) {
    JsonNode answer = caller.execute(Map.of("code", code, "timeout", 2, "id", ID));
    assertThat(answer.path("code").asInt()).as(answer.toString()).isEqualTo(status);
    return answer.path("job_id").asString();
  }

  private String watched(String code) {
    JsonNode answer = caller.execute(Map.of("code", code, "id", ID), "Prefer", "respond-async");
    String jobId = answer.path("job_id").asString();
    assertThat(caller.get("/v1/jobs/" + jobId + "/events")).contains(written("live"));
    return jobId;
  }

  private String sent(String code, String hookUrl) {
    Map<String, String> body = Map.of("code", code, "webhook_url", hookUrl, "id", ID);
    return caller.execute(body).path("job_id").asString();
  }

  private void refuse() {
    String path = "/v1/code/execute/python";
    String program = "{\"code\": \"%s\"}".formatted(CODE);
    assertThat(caller.post(path, program, "x-api-key", KEY)).contains("Unauthorized");
    assertThat(caller.post(path, program.replace("}", ""))).contains("invalid_request");
    assertThat(caller.post(path, "{\"code\": 5, \"%s\": 1}".formatted(CODE))).contains("code");
    assertThat(caller.post(path, program, "Idempotency-Key", "x", "Content-Type", "text/x"))
        .contains("415");
  }

  /** Python that makes the word at run time. */
  private static String building(String where) {
    return "'-'.join(['marker', 'in', '%s', 'of', 'a', 'job'])".formatted(where);
  }

  private static String written(String where) {
    return "marker-in-" + where + "-of-a-job";
  }
}
