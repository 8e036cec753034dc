package io.millrace.e2e.drive;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** A caller of one gateway. Thread-safe. */
public final class Client {

  private static final JsonMapper JSON = new JsonMapper();
  private static final String EXECUTE = "/v1/code/execute/python";
  private static final String JOBS = "/v1/jobs";
  private static final String FILES = "/v1/files";
  private static final Duration PATIENCE = Duration.ofSeconds(120);

  private final URI base;
  private final String key;
  private final HttpClient http;

  public Client(URI base, String key) {
    this.base = base;
    this.key = key;
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();
  }

  /** Sends a program, with more headers as name, value, name, value. */
  public CompletableFuture<Answer> submit(
      Program program, @Nullable String webhookUrl, String... headers) {
    Map<String, Object> body = new LinkedHashMap<>(program.properties());
    body.put("code", program.code());
    body.put("timeout", program.timeoutSeconds());
    body.put("id", program.k());
    if (webhookUrl != null) {
      body.put("webhook_url", webhookUrl);
    }
    HttpRequest.Builder request =
        request(program.properties().isEmpty() ? EXECUTE : JOBS)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body)));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return send(request.build());
  }

  /** What is known of a job. */
  public Answer status(String jobId) {
    return send(request("/v1/jobs/" + jobId).build()).join();
  }

  /** What is known of a job when it has ended, or after so many seconds. */
  public Answer statusAfter(String jobId, int seconds) {
    return send(request("/v1/jobs/" + jobId + "?wait=" + seconds).build()).join();
  }

  /** The queue as this gateway sees it. */
  public Answer queue() {
    return send(request("/v1/queue").build()).join();
  }

  /** Cancels a job. */
  public Answer cancel(String jobId) {
    return send(request("/v1/jobs/" + jobId).DELETE().build()).join();
  }

  /** Sends a file as its bytes come. */
  public CompletableFuture<Answer> upload(String name, Supplier<InputStream> content) {
    return send(
        request(FILES + "?name=" + name)
            .POST(HttpRequest.BodyPublishers.ofInputStream(content))
            .build());
  }

  /** The last files of the key. */
  public Answer files() {
    return send(request(FILES).build()).join();
  }

  /** The bytes of a file, to be read and closed. */
  public InputStream download(String fileId) throws IOException, InterruptedException {
    HttpResponse<InputStream> response =
        http.send(request(FILES + "/" + fileId).build(), HttpResponse.BodyHandlers.ofInputStream());
    if (response.statusCode() != 200) {
      throw new IOException("status " + response.statusCode());
    }
    return response.body();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(base.resolve(path)).timeout(PATIENCE).header("x-api-key", key);
  }

  private CompletableFuture<Answer> send(HttpRequest request) {
    long begun = System.nanoTime();
    return http.sendAsync(request, HttpResponse.BodyHandlers.ofString())
        .thenApply(response -> told(response, since(begun)))
        .exceptionally(failure -> new Answer.Nothing(reason(failure), since(begun)));
  }

  private static Answer told(HttpResponse<String> response, Duration took) {
    try {
      return new Answer.Told(
          response.statusCode(), response.headers(), JSON.readTree(response.body()), took);
    } catch (JacksonException e) {
      return new Answer.Nothing("no JSON with status " + response.statusCode(), took);
    }
  }

  private static String reason(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return cause instanceof IOException ? cause.toString() : "unexpected: " + cause;
  }

  private static Duration since(long begun) {
    return Duration.ofNanos(System.nanoTime() - begun);
  }
}
