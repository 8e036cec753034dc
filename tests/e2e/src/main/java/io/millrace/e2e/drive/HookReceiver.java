package io.millrace.e2e.drive;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.millrace.e2e.history.Event;
import io.millrace.e2e.history.History;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Where webhooks arrive, on loopback. It answers by script: one status a delivery, in order, and
 * 204 when the script is over. Thread-safe.
 */
public final class HookReceiver implements AutoCloseable {

  private static final JsonMapper JSON = new JsonMapper();
  private static final int THREADS = 8;

  private final HttpServer server;
  private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
  private final AtomicReference<History> history;
  private final Queue<Integer> script = new ConcurrentLinkedQueue<>();

  private HookReceiver(HttpServer server, History history) {
    this.server = server;
    this.history = new AtomicReference<>(history);
  }

  /** Starts one on a free port. */
  public static HookReceiver start(History history) {
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      HookReceiver receiver = new HookReceiver(server, history);
      server.setExecutor(receiver.threads);
      server.createContext("/", receiver::receive);
      server.start();
      return receiver;
    } catch (IOException e) {
      throw new UncheckedIOException("no webhook receiver", e);
    }
  }

  /** Where deliveries go. */
  public String url() {
    return "http://127.0.0.1:" + port() + "/hook";
  }

  public int port() {
    return server.getAddress().getPort();
  }

  /** From now on deliveries are written into this history. */
  public void writeTo(History next) {
    history.set(next);
  }

  /** The statuses of the next deliveries. */
  public void answerWith(int... statuses) {
    for (int status : statuses) {
      script.add(status);
    }
  }

  private void receive(HttpExchange exchange) throws IOException {
    try (exchange) {
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      String webhookId = String.valueOf(exchange.getRequestHeaders().getFirst("webhook-id"));
      record(webhookId, body);
      Integer status = script.poll();
      exchange.sendResponseHeaders(status == null ? 204 : status, -1);
    }
  }

  private void record(String webhookId, String body) {
    History now = Objects.requireNonNull(history.get());
    try {
      JsonNode envelope = JSON.readTree(body);
      now.add(
          new Event.Hooked(
              System.currentTimeMillis(),
              envelope.path("job_id").asString(""),
              webhookId,
              Fingerprint.of(body)));
      Replies.end(envelope, "hook").ifPresent(now::add);
    } catch (JacksonException e) {
      now.add(
          new Event.Hooked(System.currentTimeMillis(), "no JSON", webhookId, Fingerprint.of(body)));
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
