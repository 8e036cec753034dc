package io.millrace.gateway.batch;

import io.millrace.gateway.support.TestGateway;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads lines as they come. */
final class Follower {

  private static final JsonMapper JSON = new JsonMapper();

  private final HttpClient client = HttpClient.newHttpClient();
  private final HttpRequest request;
  private CompletableFuture<HttpResponse<Stream<String>>> answer = new CompletableFuture<>();

  Follower(int port, String path, String prefer) {
    request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .timeout(Duration.ofMinutes(1))
            .header("x-api-key", TestGateway.KEY)
            .header("Prefer", prefer)
            .build();
  }

  Follower start() {
    answer = client.sendAsync(request, HttpResponse.BodyHandlers.ofLines());
    return this;
  }

  /** So many lines, as soon as they have come. */
  List<JsonNode> lines(int count) {
    return answer.join().body().limit(count).<JsonNode>map(JSON::readTree).toList();
  }

  HttpResponse<String> all() throws IOException, InterruptedException {
    return client.send(request, HttpResponse.BodyHandlers.ofString());
  }
}
