package io.millrace.gateway.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.gateway.reply.ExecutionReply;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What a model gets beside text. */
class MadeThingsTest {

  private static final URI ADDRESS = URI.create("https://run.example.com/");
  private static final String MADE =
      "\"display\":[{\"image/png\":\"aGk=\",\"text/plain\":\"<Figure>\"},"
          + "{\"text/html\":\"<table>\",\"text/plain\":\"   a\\n0  1\"}],"
          + "\"files\":[{\"path\":\"out/a.csv\",\"size\":4,\"media_type\":\"text/csv\",\"file_id\":\"f1\"},"
          + "{\"path\":\"big\",\"size\":900,\"omitted\":\"too_large\"}]";

  @Test
  void figuresAreImagesAndKeptFilesLinks() {
    JsonNode content =
        result(
            200,
            "{\"endpoint\":\"/v1/jobs\",\"code\":200,\"job_id\":\"j\",\"response\":{\"result\":null,"
                + "\"stdout\":\"out\\n\",\"stderr\":\"\",\"exit_code\":0,"
                + MADE
                + "},\"message\":\"success\",\"run_time\":0.1}");
    assertThat(content).hasSize(3);
    assertThat(content.path(0).path("text").asString())
        .isEqualTo(
            "stdout:\nout\n\ndisplayed:\n   a\n0  1\n\nfiles:\nout/a.csv (4 bytes)\n"
                + "big (900 bytes), not kept\n");
    assertThat(content.path(1).toString())
        .isEqualTo("{\"type\":\"image\",\"data\":\"aGk=\",\"mimeType\":\"image/png\"}");
    assertThat(content.path(2).toString())
        .isEqualTo(
            "{\"type\":\"resource_link\",\"uri\":\"https://run.example.com/v1/files/f1\","
                + "\"name\":\"out/a.csv\",\"size\":4,\"mimeType\":\"text/csv\"}");
  }

  @Test
  void aFailedProgramsAreThereTooAndItsHintIsTold() {
    JsonNode content =
        result(
            400,
            "{\"endpoint\":\"/v1/jobs\",\"code\":400,\"job_id\":\"j\",\"response\":null,"
                + MADE
                + ",\"error_detail\":{\"type\":\"ModuleNotFoundError\",\"hint\":\"ask for pandas\"},"
                + "\"error\":\"No module\",\"reason\":\"exception\",\"stdout\":\"\",\"stderr\":\"\"}");
    assertThat(content).hasSize(3);
    assertThat(content.path(0).path("text").asString()).contains("hint: ask for pandas\n");
  }

  private static JsonNode result(int status, String body) {
    ExecutionReply reply =
        new ExecutionReply(status, Map.of(), body.getBytes(StandardCharsets.UTF_8));
    return ToolResult.of(reply, 20_000, ADDRESS).path("content");
  }
}
