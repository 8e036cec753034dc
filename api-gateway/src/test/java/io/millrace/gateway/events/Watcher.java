package io.millrace.gateway.events;

import io.millrace.gateway.support.TestGateway;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** One client of an event stream. Each wait has a bound; closing it ends its connection. */
final class Watcher implements Flow.Subscriber<String>, AutoCloseable {

  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final String END = "(end of the stream)";
  private static final long PATIENCE_SECONDS = 60;

  private final CompletableFuture<Flow.Subscription> connection = new CompletableFuture<>();
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

  /** One event as it came; a field that it has not is empty. */
  record Heard(String id, String name, String data) {}

  private Watcher() {}

  static Watcher of(int port, String jobId, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + port + "/v1/jobs/" + jobId + "/events"))
            .header("x-api-key", TestGateway.KEY);
    if (headers.length > 0) {
      request.headers(headers);
    }
    Watcher watcher = new Watcher();
    HTTP.sendAsync(request.build(), HttpResponse.BodyHandlers.fromLineSubscriber(watcher));
    return watcher;
  }

  /** The next event. Fails when the stream ends or is silent for long. */
  Heard next() {
    String id = "";
    String name = "";
    String data = "";
    for (String line = line(); ; line = line()) {
      if (line.equals(END)) {
        throw new AssertionError("the stream has ended");
      } else if (line.startsWith("id: ")) {
        id = line.substring(4);
      } else if (line.startsWith("event: ")) {
        name = line.substring(7);
      } else if (line.startsWith("data: ")) {
        data = line.substring(6);
      } else if (line.isEmpty() && !name.isEmpty()) {
        return new Heard(id, name, data);
      }
    }
  }

  /** The next event of that name; those before it are passed over. */
  Heard next(String name) {
    Heard heard = next();
    while (!heard.name().equals(name)) {
      heard = next();
    }
    return heard;
  }

  /** Returns when the server has ended the stream. */
  void awaitEnd() {
    while (!line().equals(END)) {
      // What was still under way.
    }
  }

  /** Returns when a comment has come. */
  void awaitComment() {
    while (!line().equals(":")) {
      // An event, then.
    }
  }

  private String line() {
    try {
      return Objects.requireNonNull(
          lines.poll(PATIENCE_SECONDS, TimeUnit.SECONDS), "the stream is silent");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    connection.complete(subscription);
    subscription.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(String line) {
    lines.add(line);
  }

  @Override
  public void onError(Throwable failure) {
    lines.add(END);
  }

  @Override
  public void onComplete() {
    lines.add(END);
  }

  @Override
  public void close() {
    connection.thenAccept(Flow.Subscription::cancel);
  }
}
