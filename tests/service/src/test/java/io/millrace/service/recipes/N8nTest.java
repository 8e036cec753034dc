package io.millrace.service.recipes;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.service.Service;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the workflow's node sends; n8n itself is not started. */
@Tag("services")
class N8nTest {

  private static final JsonMapper JSON = new JsonMapper();

  @Test
  void theNodesRequestGetsTheAnswerThatIsShown() throws Exception {
    List<String> shown = RecipePage.read("n8n.md").json();
    JsonNode node = httpNode();
    assertThat(node.path("jsonBody").asString()).isEqualTo(shown.get(0).strip());
    assertThat(Answers.steady(send(node))).isEqualTo(Answers.steady(shown.get(1)));
  }

  private static JsonNode httpNode() {
    return JSON.readTree(RecipePage.file("n8n-workflow.json"))
        .path("nodes")
        .valueStream()
        .filter(node -> node.path("type").asString().equals("n8n-nodes-base.httpRequest"))
        .map(node -> node.path("parameters"))
        .findFirst()
        .orElseThrow();
  }

  private static String send(JsonNode node) throws Exception {
    String path = URI.create(node.path("url").asString()).getPath();
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(Service.get().url() + path))
            .header("x-api-key", Service.get().key())
            .header("Content-Type", "application/json")
            .method(
                node.path("method").asString(),
                HttpRequest.BodyPublishers.ofString(node.path("jsonBody").asString()))
            .build();
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
  }
}
