package io.millrace.service.recipes;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.service.Service;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.spec.McpSchema;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The official Java client with the settings that the page shows. */
@Tag("services")
class McpClientTest {

  private static final JsonMapper JSON = new JsonMapper();
  private static final List<String> SHOWN = RecipePage.read("mcp.md").json();

  @ParameterizedTest
  @CsvSource({"0,mcpServers", "1,mcpServers", "2,servers"})
  void aClientWithTheShownSettingsFindsTheTool(int block, String field) {
    try (McpSyncClient client = connect(settings(block, field))) {
      assertThat(client.getServerInfo().name()).isEqualTo("millrace");
      assertThat(client.listTools().tools())
          .extracting(McpSchema.Tool::name)
          .containsExactly("execute_python");
    }
  }

  @Test
  @SuppressWarnings("unchecked")
  void aCallGetsTheAnswerThatIsShown() {
    try (McpSyncClient client = connect(settings(0, "mcpServers"))) {
      McpSchema.CallToolResult result =
          client.callTool(
              McpSchema.CallToolRequest.builder("execute_python")
                  .arguments(JSON.readValue(SHOWN.get(3), Map.class))
                  .build());
      assertThat(Answers.steady(JSON.writeValueAsString(result.structuredContent())))
          .isEqualTo(Answers.steady(SHOWN.get(4)));
    }
  }

  private static JsonNode settings(int block, String field) {
    return JSON.readTree(filledIn(SHOWN.get(block))).path(field).path("millrace");
  }

  private static String filledIn(String text) {
    return text.replace("${env:", "${")
        .replace("${MILLRACE_URL}", Service.get().url())
        .replace("http://localhost:8080", Service.get().url())
        .replace("${MILLRACE_API_KEY}", Service.get().key())
        .replace("${input:millrace-key}", Service.get().key());
  }

  private static McpSyncClient connect(JsonNode settings) {
    assertThat(settings.path("type").asString()).isEqualTo("http");
    URI url = URI.create(settings.path("url").asString());
    McpSyncClient client =
        McpClient.sync(
                HttpClientStreamableHttpTransport.builder(url.resolve("/").toString())
                    .endpoint(url.getPath())
                    .httpRequestCustomizer(
                        (request, method, uri, body, context) ->
                            settings
                                .path("headers")
                                .forEachEntry(
                                    (name, value) -> request.header(name, value.asString())))
                    .build())
            .build();
    client.initialize();
    return client;
  }
}
