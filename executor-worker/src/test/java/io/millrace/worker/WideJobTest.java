package io.millrace.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.job.ExecutionRequest;
import io.millrace.job.WideInputs;
import io.millrace.job.WideInputs.GivenFile;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;

/** Jobs of {@code /v1/jobs} on a whole worker: through the queue, the sandbox, and the store. */
@Tag("services")
class WideJobTest {

  private static ConfigurableApplicationContext worker;
  private static TestCaller caller;

  @BeforeAll
  static void start() {
    worker = WorkerTest.start();
    caller = new TestCaller(worker);
  }

  @AfterAll
  static void stop() throws Exception {
    caller.close();
    worker.close();
  }

  private static JsonNode run(String code, WideInputs inputs) throws Exception {
    return caller.run(new ExecutionRequest(code, 30, null, "its-id", inputs));
  }

  @Test
  void whatComesInIsThereAndWhatIsMadeComesBack() throws Exception {
    String code =
        """
        import os, sys
        os.mkdir("made")
        with open("made/sum.txt", "w") as f:
            f.write(open("in/a.txt").read() + sys.stdin.read())
        display({"n": 1})
        return [input_data["x"], sys.argv[1:], os.environ["CITY"]]
        """;
    String base64 = Base64.getEncoder().encodeToString("file\n".getBytes(StandardCharsets.UTF_8));
    JsonNode reply =
        run(
            code,
            new WideInputs(
                "{\"x\":5}",
                "stdin\n",
                List.of("one", "two"),
                Map.of("CITY", "Ulm"),
                List.of(new GivenFile("in/a.txt", base64)),
                List.of("**"),
                null,
                null,
                null));

    assertThat(reply.path("endpoint").asString()).isEqualTo("/v1/jobs");
    assertThat(reply.path("code").asInt()).as(reply.toString()).isEqualTo(200);
    JsonNode response = reply.path("response");
    assertThat(response.path("result").toString()).isEqualTo("[5,[\"one\",\"two\"],\"Ulm\"]");
    JsonNode shown = response.path("display").path(0).path("application/json");
    assertThat(shown.path("n").asInt()).isEqualTo(1);
    JsonNode file = response.path("files").path(0);
    assertThat(file.path("path").asString()).isEqualTo("made/sum.txt");
    assertThat(file.path("content").asString()).isEqualTo("file\nstdin\n");
    assertThat(file.path("encoding").asString()).isEqualTo("utf8");
    assertThat(file.path("sha256").asString()).hasSize(64);
    assertThat(file.path("media_type").asString()).isEqualTo("text/plain");
    assertThat(response.path("files").size()).isEqualTo(1);
    assertThat(response.path("usage").path("memory_peak_bytes").asLong()).isPositive();
  }

  @Test
  void anExceptionIsToldInDetail() throws Exception {
    JsonNode reply = run("x = 3\nx / 0", WideInputs.NONE);

    assertThat(reply.path("code").asInt()).isEqualTo(400);
    assertThat(reply.path("reason").asString()).isEqualTo("exception");
    assertThat(reply.path("error_detail").path("type").asString()).isEqualTo("ZeroDivisionError");
    assertThat(reply.path("error_detail").path("line").asInt()).isEqualTo(2);
    assertThat(reply.path("files").toString()).isEqualTo("[]");
    assertThat(reply.path("display").toString()).isEqualTo("[]");
  }

  @Test
  void aFileThatIsTooLargeForTheReplyIsNamed() throws Exception {
    JsonNode reply = run("open('big.bin', 'wb').write(b'x' * 70_000)", WideInputs.NONE);

    JsonNode file = reply.path("response").path("files").path(0);
    assertThat(file.path("size").asLong()).as(reply.toString()).isEqualTo(70_000);
    assertThat(file.path("omitted").asString()).isEqualTo("too_large");
    assertThat(file.has("content")).isFalse();
  }

  @Test
  void moreMemoryThanTheWorkersIsToldWithItsLimit() throws Exception {
    WideInputs much =
        new WideInputs(null, null, List.of(), Map.of(), List.of(), List.of(), 1 << 20, null, null);

    JsonNode reply = run("print()", much);

    assertThat(reply.path("code").asInt()).isEqualTo(400);
    assertThat(reply.path("reason").asString()).isEqualTo("memory_limit");
    assertThat(reply.path("message").asString()).contains("above the limit (");
  }

  @Test
  void thePlainRoutesReplyHasNothingOfIt() throws Exception {
    JsonNode reply = caller.run("open('a', 'w').write('x')\n1 / 0");

    assertThat(reply.path("endpoint").asString()).isEqualTo("/v1/code/execute/python");
    for (String name : List.of("display", "files", "usage", "error_detail")) {
      assertThat(reply.has(name)).as(name).isFalse();
    }
  }
}
