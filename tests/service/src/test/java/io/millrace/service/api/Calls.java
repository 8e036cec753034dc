package io.millrace.service.api;

import io.millrace.service.Service;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.function.BiConsumer;

/** Calls the service, and shows each answer with the operation that gave it. */
final class Calls {

  static final String EXECUTE = "/v1/code/execute/python";

  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final HttpClient http = HttpClient.newHttpClient();
  private final Service service;
  private final BiConsumer<String, HttpResponse<String>> witness;

  /** The witness is given the operation, {@code get /v1/jobs/{job_id}}, and the answer. */
  Calls(Service service, BiConsumer<String, HttpResponse<String>> witness) {
    this.service = service;
    this.witness = witness;
  }

  /** Runs a program by this route. */
  HttpResponse<String> run(String route, String body, String... headers) {
    return call("post", route, route, body, headers);
  }

  HttpResponse<String> get(String template, String path, String... headers) {
    return call("get", template, path, "", headers);
  }

  /** A header may be given twice: then the later value is sent, and an empty one not at all. */
  HttpResponse<String> call(
      String method, String template, String path, String body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(service.url() + path)).timeout(LIMIT);
    request.setHeader("x-api-key", service.key());
    if (method.equals("post")) {
      request.setHeader("Content-Type", "application/json");
    }
    for (int i = 0; i < headers.length; i += 2) {
      request.setHeader(headers[i], headers[i + 1]);
    }
    request.method(
        method.toUpperCase(java.util.Locale.ROOT), HttpRequest.BodyPublishers.ofString(body));
    HttpResponse<String> answer = send(request.build());
    witness.accept(method + " " + template, answer);
    return answer;
  }

  private HttpResponse<String> send(HttpRequest request) {
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new AssertionError("no answer to " + request, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }
}
