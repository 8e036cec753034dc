package io.millrace.observability;

import io.millrace.e2e.roles.Launch;
import io.millrace.e2e.roles.Role;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Sends requests to a gateway and reads what roles say of themselves. */
final class Caller {

  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Role gateway;
  private final HttpClient http = HttpClient.newHttpClient();

  Caller(Role gateway) {
    this.gateway = gateway;
  }

  /** The whole answer to an execute request; headers as name, value, name, value. */
  JsonNode execute(Map<String, ?> body, String... headers) {
    String answer = post("/v1/code/execute/python", JSON.writeValueAsString(body), headers);
    return JSON.readTree(answer);
  }

  String post(String path, String body, String... headers) {
    HttpRequest.Builder request =
        to(path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(body));
    for (int i = 0; i < headers.length; i += 2) {
      request.setHeader(headers[i], headers[i + 1]);
    }
    return send(request);
  }

  String get(String path) {
    return send(to(path).GET());
  }

  String delete(String path) {
    return send(to(path).DELETE());
  }

  /** The metrics of a role, as Prometheus reads them. */
  String scrape(Role role) {
    return send(
        HttpRequest.newBuilder(
            URI.create(
                "http://127.0.0.1:" + role.spec().managementPort() + "/actuator/prometheus")));
  }

  private HttpRequest.Builder to(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.spec().port() + path))
        .header("x-api-key", Launch.API_KEY);
  }

  private String send(HttpRequest.Builder request) {
    try {
      HttpResponse<String> answer =
          http.send(request.timeout(PATIENCE).build(), BodyHandlers.ofString());
      return answer.body();
    } catch (IOException e) {
      throw new AssertionError("no answer from " + gateway.name(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }
}
