package io.millrace.e2e.drive;

import io.millrace.e2e.roles.Launch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A caller that sends batches to one gateway, and reads them. Thread-safe. */
public final class Batches {

  private static final JsonMapper JSON = new JsonMapper();
  private static final String PATH = "/v1/batches";

  private final HttpClient client = HttpClient.newHttpClient();
  private final String base;
  private final String key;

  /** A caller with the key that roles are launched with. */
  public Batches(int port) {
    this("http://127.0.0.1:" + port, Launch.API_KEY);
  }

  /** A caller of the gateway at this address. */
  public Batches(String base, String key) {
    this.base = base;
    this.key = key;
  }

  /** Sends a program with the numbers from 0 on as its inputs; the answer, whatever it is. */
  public HttpResponse<String> send(String code, int count, String webhookUrl) {
    String inputs =
        IntStream.range(0, count).mapToObj(String::valueOf).collect(Collectors.joining(","));
    String hook = webhookUrl.isEmpty() ? "" : ",\"webhook_url\":\"" + webhookUrl + "\"";
    String body =
        "{\"code\":" + JSON.writeValueAsString(code) + hook + ",\"inputs\":[" + inputs + "]}";
    return text(
        request(PATH)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  /** The id of a batch that was accepted. */
  public static String id(HttpResponse<String> accepted) {
    if (accepted.statusCode() != 202) {
      throw new AssertionError(
          "a batch was answered " + accepted.statusCode() + " " + accepted.body());
    }
    return JSON.readTree(accepted.body()).path("batch_id").asString();
  }

  /** A batch as it is, or as it is at its end where that comes within so many seconds. */
  public JsonNode show(String id, int wait) {
    return JSON.readTree(text(request(PATH + "/" + id + "?wait=" + wait)).body());
  }

  /** Its results in the order of its inputs. */
  public List<JsonNode> results(String id) {
    return text(request(PATH + "/" + id + "/results"))
        .body()
        .lines()
        .<JsonNode>map(JSON::readTree)
        .toList();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(base + path))
        .timeout(Duration.ofMinutes(5))
        .header("x-api-key", key);
  }

  private HttpResponse<String> text(HttpRequest.Builder request) {
    try {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException("a batch's gateway did not answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
