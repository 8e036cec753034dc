package io.millrace.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.ObjectMapper;

/**
 * Where code is sent. Thread-safe.
 *
 * @param url the address that takes a POST
 * @param headers {@code Name: value} lines
 * @param bodyTemplate the body, in which {@code ${code}} stands for the code as a JSON string
 */
public record Endpoint(URI url, List<String> headers, String bodyTemplate, HttpClient client) {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  /** An answer: its status, body, the seconds it asks a client to wait, and the time it took. */
  public record Answer(int status, String body, Optional<Double> retryAfter, double millis) {

    /** Whether the code ran and the reply shows what it printed. */
    public boolean shows(String expected) {
      return status == 200 && body.contains(expected);
    }
  }

  /** An endpoint with a client of its own. */
  public static Endpoint at(URI url, List<String> headers, String bodyTemplate) {
    HttpClient client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    return new Endpoint(url, headers, bodyTemplate, client);
  }

  /** The same endpoint with one more header. */
  public Endpoint with(String header) {
    List<String> more = new java.util.ArrayList<>(headers);
    more.add(header);
    return new Endpoint(url, List.copyOf(more), bodyTemplate, client);
  }

  /**
   * Sends the code and waits for the whole answer; a broken connection is an answer of status 0.
   */
  public Answer run(String code) throws InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(url)
            .timeout(PATIENCE)
            .header("Content-Type", "application/json")
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    bodyTemplate.replace("${code}", JSON.writeValueAsString(code))));
    return exchange(request);
  }

  /** Asks another path of the same server. */
  public Answer ask(String method, String path) throws InterruptedException {
    return exchange(
        HttpRequest.newBuilder(url.resolve(path))
            .timeout(PATIENCE)
            .method(method, HttpRequest.BodyPublishers.noBody()));
  }

  private Answer exchange(HttpRequest.Builder request) throws InterruptedException {
    for (String header : headers) {
      int colon = header.indexOf(':');
      request.header(header.substring(0, colon).strip(), header.substring(colon + 1).strip());
    }
    HttpRequest ready = request.build();
    long begun = System.nanoTime();
    try {
      HttpResponse<String> response = client.send(ready, HttpResponse.BodyHandlers.ofString());
      return new Answer(
          response.statusCode(), response.body(), retryAfter(response), millisSince(begun));
    } catch (IOException e) {
      return new Answer(0, String.valueOf(e.getMessage()), Optional.empty(), millisSince(begun));
    }
  }

  private static Optional<Double> retryAfter(HttpResponse<String> response) {
    return response.headers().firstValue("Retry-After").map(Double::valueOf);
  }

  private static double millisSince(long begun) {
    return (System.nanoTime() - begun) / 1e6;
  }
}
